import type { Appended, Arrival, Lease, QueuedProfile, Settlement } from "./queue_store.ts";

/** How a lease ends, whatever it is called. */
export type Ending = WithoutLease<Settlement>;

type WithoutLease<One> = One extends unknown ? Omit<One, "lease"> : never;

/**
 * A profile on its way into a store that is sent meanwhile: safe is whichever comes first, there or at its destination.
 * It is its own lease until the store knows it by another one.
 *
 * In its life `begin`, then `store` or `refuse`, are the store's; `end` comes once, at any time, from whoever sends it.
 * What is delivered before `begin` need never be stored.
 */
export class ArrivingProfile implements Arrival {
  readonly queue: string;
  readonly profile: QueuedProfile;
  /** Whether somebody sends it meanwhile. */
  readonly isSent: boolean;
  /** When it must begin to be stored, on the monotonic clock. */
  dueAt: number;
  readonly stored: Promise<Appended>;
  readonly #resolve: (appended: Appended) => void;
  #state: "waiting" | "forgotten" | "begun" | "stored" | "refused" = "waiting";
  #place: Lease | undefined;
  #ending: Ending | undefined;
  /** Whether the store has learned of the ending. */
  #isEndingKnown = false;
  #refusal: Appended | undefined;

  constructor(queue: string, profile: QueuedProfile, isSent: boolean, dueAt: number) {
    this.queue = queue;
    this.profile = profile;
    this.isSent = isSent;
    this.dueAt = dueAt;
    const { promise, resolve } = Promise.withResolvers<Appended>();
    this.stored = promise;
    this.#resolve = resolve;
  }

  get lease(): Lease {
    return this;
  }

  /** Whether it was delivered before it began to be stored. */
  get isForgotten(): boolean {
    return this.#state === "forgotten";
  }

  /** Begins to be stored; returns how its lease has ended already, which is to be stored with it. */
  begin(): Ending | undefined {
    this.#state = "begun";
    this.#isEndingKnown = this.#ending !== undefined;
    return this.#ending;
  }

  /** Is stored, and known by that lease from now on; returns what to settle: its lease has ended meanwhile. */
  store(place: Lease | undefined): Settlement | undefined {
    this.#state = "stored";
    this.#place = place;
    this.#resolve({ type: "stored" });
    return this.#settlement();
  }

  /** Can't be stored. Whoever waits hears of it where it is not delivered either. */
  refuse(appended: Appended): void {
    this.#state = "refused";
    this.#refusal = appended;
    if (!this.isSent || this.#ending !== undefined) this.#resolve(appended);
  }

  /**
   * Its lease ends.
   *
   * @returns what the store is to do: forget it, begin to store it, settle, or nothing for now.
   */
  end(ending: Ending): "forget" | "begin" | Settlement | undefined {
    this.#ending = ending;
    if (ending.type === "delivered") this.#resolve({ type: "delivered", isWritten: this.#state === "begun" });
    else if (this.#refusal !== undefined) this.#resolve(this.#refusal);
    if (this.#state === "stored") return this.#settlement();
    if (this.#state !== "waiting") return undefined;
    if (ending.type !== "delivered") return "begin";
    this.#state = "forgotten";
    return "forget";
  }

  #settlement(): Settlement | undefined {
    if (this.#ending === undefined || this.#isEndingKnown || this.#place === undefined) return undefined;
    this.#isEndingKnown = true;
    return { ...this.#ending, lease: this.#place };
  }
}

/** How a settlement ends its lease. */
export function endingOf({ lease: _, ...ending }: Settlement): Ending {
  return ending;
}
