import type { Clock } from "../base/clock.ts";
import { Roster } from "../base/roster.ts";
import { type Share, shareOf } from "../base/share.ts";
import { Slots } from "../base/slots.ts";
import type { HttpClient, PostResult } from "../http/http_client.ts";
import { type DeliveryFailure, delivered, type Outcome } from "../profile/failure_report.ts";
import { Attempt, type AttemptParts, causeOf, type Progress } from "./attempt.ts";
import type { EndpointTarget } from "./endpoint_target.ts";
import { HedgeBudget } from "./hedge_budget.ts";
import { HedgedPost, isSuccess } from "./hedged_post.ts";
import type { EndpointMetrics } from "./metrics.ts";
import { type Patience, SenderPatience } from "./patience.ts";
import { parseRetryAfter } from "./retry_after.ts";
import type { EndpointArguments } from "./schema.ts";
import type { Outgoing } from "./sender.ts";

/** What an endpoint is made of. */
export interface EndpointParts {
  readonly componentId: string;
  readonly args: EndpointArguments;
  readonly target: EndpointTarget;
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly metrics: EndpointMetrics;
  /** What part of `max_in_flight` is this shard's. */
  readonly share: Share;
  /** Aborts when the component must end, whatever is under way. */
  readonly ending: AbortSignal;
  /** Told how each profile ended. */
  readonly onOutcome: (failure: DeliveryFailure | undefined) => void;
}

/** One destination: its own attempts, waits and limits, so that none delays another. */
export class Endpoint {
  readonly #parts: EndpointParts;
  readonly #slots: Slots;
  readonly #hedges = new HedgeBudget();
  readonly #races = new Roster<HedgedPost>();
  readonly #attemptParts: AttemptParts;

  constructor(parts: EndpointParts) {
    this.#parts = parts;
    this.#slots = new Slots(shareOf(parts.args.max_in_flight, parts.share), parts.clock);
    this.#attemptParts = {
      ...parts,
      slots: this.#slots,
      hedges: this.#hedges,
      connections: { mayBeIdle: false },
    };
    parts.ending.addEventListener("abort", () => {
      for (const race of this.#races.members()) race.cancel();
    });
  }

  get target(): EndpointTarget {
    return this.#parts.target;
  }

  /**
   * Sends a profile until it is taken or patience ends: the only retry loop.
   *
   * @param patience that of whoever waits for the outcome; the sender's where none is given.
   */
  async deliver(outgoing: Outgoing, patience?: Patience): Promise<Outcome> {
    const { args, clock, metrics } = this.#parts;
    const startedAt = clock.now();
    const progress: Progress = { attempts: 0, hasHedged: false, hasReconnected: false };
    let lasting = patience;
    this.#hedges.count();
    outgoing.watch?.began(this.target.label);
    for (;;) {
      const result = await this.#attempt(outgoing, progress);
      if (isSuccess(result)) return this.#finish(outgoing, startedAt, progress, undefined, false);
      const retryAfterMs = retryAfterOf(result, clock);
      const failure: DeliveryFailure = {
        destination: `${this.#parts.componentId} ${this.target.label}`,
        attempts: progress.attempts,
        cause: causeOf(result, outgoing, progress),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      };
      lasting ??= new SenderPatience(args, clock, outgoing.request);
      const isGoingOn = await lasting.outlasts(failure);
      if (!isGoingOn) return this.#finish(outgoing, startedAt, progress, failure, lasting.keepsProfile);
      metrics.retried();
    }
  }

  #finish(
    outgoing: Outgoing,
    startedAt: number,
    { attempts }: Progress,
    failure: DeliveryFailure | undefined,
    isKept: boolean,
  ): Outcome {
    const { clock, metrics, onOutcome } = this.#parts;
    const outcome = failure === undefined ? "delivered" : "failed";
    outgoing.watch?.settled(this.target.label, { outcome, attempts, failure });
    metrics.finished(outgoing.kind, (clock.now() - startedAt) / 1000);
    onOutcome(failure);
    if (failure === undefined) {
      metrics.sent(outgoing.size);
      return delivered;
    }
    if (!isKept) metrics.dropped(outgoing.size);
    return [failure];
  }

  /** One attempt, joined by a second one on a fresh connection where half of its time brought no answer. */
  #attempt(outgoing: Outgoing, progress: Progress): Promise<PostResult> {
    return this.#slots.tryTake()
      ? this.#attemptInSlot(outgoing, progress)
      : this.#attemptInTurn(outgoing, progress);
  }

  async #attemptInTurn(outgoing: Outgoing, progress: Progress): Promise<PostResult> {
    const { deadlineAt, canceled } = outgoing.request;
    const hasSlot = await this.#slots.take(deadlineAt - this.#parts.clock.now(), canceled);
    if (hasSlot) return this.#attemptInSlot(outgoing, progress);
    return canceled?.aborted ? { type: "canceled" } : { type: "timeout" };
  }

  #attemptInSlot(outgoing: Outgoing, progress: Progress): Promise<PostResult> {
    const { args, clock, ending } = this.#parts;
    const { deadlineAt, canceled } = outgoing.request;
    progress.attempts += 1;
    if (canceled?.aborted || ending.aborted) {
      this.#slots.giveBack();
      return Promise.resolve({ type: "canceled" });
    }
    const hedgeAfterMs = Math.min(args.remote_timeout, deadlineAt - clock.now()) / 2;
    const race = new HedgedPost(new Attempt(this.#attemptParts, outgoing, progress));
    return race.run({ hedgeAfterMs, clock, roster: this.#races, canceled });
  }
}

function retryAfterOf(result: PostResult, clock: Clock): number | undefined {
  return result.type === "answer"
    ? parseRetryAfter(result.headers.get("retry-after"), clock.wall())
    : undefined;
}
