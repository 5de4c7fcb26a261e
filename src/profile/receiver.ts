import type { Clock } from "../base/clock.ts";
import type { DebugInfoTarget } from "./debug_info_target.ts";
import type { DeliveryFailure, Outcome } from "./failure_report.ts";
import type { Profile } from "./profile.ts";
import type { ProfileTap, RequestWatch } from "./profile_watch.ts";
import type { RequestContext } from "./request_context.ts";

/**
 * What `forward_to` refers to. Receiving has two steps: `plan` runs through the whole graph at once,
 * without waiting, and only when every branch is found valid does the plan send anything. So a request
 * with one bad series leaves nothing behind at any destination.
 */
export interface Receiver {
  /** Adds to the plan what must be sent on behalf of the profile. */
  plan(profile: Profile, plan: DeliveryPlan): void;
  /** The first endpoint downstream that takes debug information; undefined where there is none. */
  readonly debugInfo?: DebugInfoTarget | undefined;
}

/** One thing to send. */
export interface Delivery {
  /** Sends it; never throws for a failure of the destination. */
  send(request: RequestContext): Promise<Outcome>;
  /** Once `send` has resolved: whether nobody needs the profile's bytes any more, so that they can be freed. */
  readonly releasesBytes?: boolean;
}

/** Learns how long a branch took, in seconds, and whether all of it was delivered. */
export type BranchObserver = (seconds: number, isDelivered: boolean) => void;

interface Branch {
  readonly first: number;
  readonly end: number;
  readonly observe: BranchObserver;
}

/** All that is to be sent for one request. */
export class DeliveryPlan {
  readonly request: RequestContext;
  readonly #clock: Clock;
  readonly #deliveries: Delivery[] = [];
  #branches: Branch[] | undefined;
  #problem: string | undefined;
  #watch: RequestWatch | undefined;
  #isOffered = false;

  constructor(request: RequestContext, clock: Clock) {
    this.request = request;
    this.#clock = clock;
  }

  /** The first thing that is wrong with the request's labels; undefined where nothing is. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Told what becomes of the request; undefined where nobody looks. */
  get watch(): RequestWatch | undefined {
    return this.#watch;
  }

  /** Shows the request to somebody who looks, the first time only: later on it is a part, or rewritten. */
  offer(tap: ProfileTap, component: string, profile: Profile): void {
    if (this.#isOffered) return;
    this.#isOffered = true;
    this.#watch = tap.begin(component, profile, this.request);
  }

  /** Whether anything is to be sent. */
  get isEmpty(): boolean {
    return this.#deliveries.length === 0;
  }

  /** Once everything has been sent: whether nobody needs the request's bytes any more. */
  get releasesBytes(): boolean {
    for (const delivery of this.#deliveries) if (delivery.releasesBytes !== true) return false;
    return true;
  }

  add(delivery: Delivery): void {
    this.#deliveries.push(delivery);
  }

  /** Notes that the request is invalid, so that nothing of it is sent. */
  reject(problem: string): void {
    this.#problem ??= problem;
    this.#watch?.refused(this.#problem);
  }

  /** Runs `fill`, and has `observe` told about what it added once that has been sent. */
  branch(observe: BranchObserver, fill: () => void): void {
    const first = this.#deliveries.length;
    fill();
    this.#branches ??= [];
    this.#branches.push({ first, end: this.#deliveries.length, observe });
  }

  /** Sends everything at once; call only where there is no problem. */
  send(): Promise<Outcome> {
    const watch = this.#watch;
    return watch === undefined ? this.#send() : this.#send().finally(() => watch.ended());
  }

  #send(): Promise<Outcome> {
    const [only] = this.#deliveries;
    if (this.#branches !== undefined || this.#deliveries.length > 1) return this.#sendAll();
    return only === undefined ? Promise.resolve([]) : only.send(this.request);
  }

  async #sendAll(): Promise<Outcome> {
    const startedAt = this.#clock.now();
    const settledAt: number[] = [];
    const outcomes: Outcome[] = [];
    const send = async (delivery: Delivery, index: number) => {
      outcomes[index] = await delivery.send(this.request);
      settledAt[index] = this.#clock.now();
    };
    const [only] = this.#deliveries;
    if (only !== undefined && this.#deliveries.length === 1) await send(only, 0);
    else await Promise.all(this.#deliveries.map(send));
    for (const { first, end, observe } of this.#branches ?? []) {
      const lastAt = Math.max(startedAt, ...settledAt.slice(first, end));
      observe(
        (lastAt - startedAt) / 1000,
        outcomes.slice(first, end).every((failures) => failures.length === 0),
      );
    }
    return outcomes.flat() satisfies DeliveryFailure[];
  }
}

/** A receiver that hands everything to each of `receivers`. */
export function fanOut(receivers: readonly Receiver[]): Receiver {
  const [only] = receivers;
  if (only !== undefined && receivers.length === 1) return only;
  return {
    plan(profile, plan) {
      for (const receiver of receivers) receiver.plan(profile, plan);
    },
    debugInfo: receivers.find(({ debugInfo }) => debugInfo !== undefined)?.debugInfo,
  };
}
