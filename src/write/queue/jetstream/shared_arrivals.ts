import type { Clock, Timer } from "../../../base/clock.ts";
import { ArrivingProfile, type Ending } from "../arriving_profile.ts";
import type { Appended, Arrival, QueuedProfile, Settlement } from "../queue_store.ts";
import type { SharedAppends } from "./shared_appends.ts";

/** What publishes what arrives. */
export interface SharedArrivalsParts {
  readonly clock: Clock;
  readonly appendsTo: (queue: string) => SharedAppends;
  readonly settle: (queue: string, settlement: Settlement) => void;
  /** Told that a profile was stored, and how long that took in milliseconds. */
  readonly onStored: (arriving: ArrivingProfile, ms: number) => void;
}

/** Publishes profiles for all queues of a store: at once, or after a head start where they are sent meanwhile. */
export class SharedArrivals {
  readonly #parts: SharedArrivalsParts;
  readonly #waiting = new Map<ArrivingProfile, Timer>();

  constructor(parts: SharedArrivalsParts) {
    this.#parts = parts;
  }

  /** See QueueStore. */
  append(queue: string, profile: QueuedProfile): Promise<Appended> {
    return this.#publish(new ArrivingProfile(queue, profile, false, Number.NEGATIVE_INFINITY));
  }

  /** See QueueStore. */
  admit(queue: string, profile: QueuedProfile, headStartMs: number): Arrival {
    const { clock } = this.#parts;
    const arriving = new ArrivingProfile(queue, profile, true, clock.now() + headStartMs);
    const timer = clock.schedule(headStartMs, () => void this.#publish(arriving));
    this.#waiting.set(arriving, timer);
    return arriving;
  }

  /** Ends the lease of what arrives, or has arrived. */
  end(arriving: ArrivingProfile, ending: Ending): void {
    const rest = arriving.end(ending);
    if (rest === "forget") this.#forget(arriving);
    else if (rest === "begin") void this.#publish(arriving);
    else if (rest !== undefined) this.#parts.settle(arriving.queue, rest);
  }

  /** Publishes nothing by itself any more. */
  close(): void {
    for (const timer of this.#waiting.values()) timer.cancel();
  }

  async #publish(arriving: ArrivingProfile): Promise<Appended> {
    const { clock, appendsTo, settle, onStored } = this.#parts;
    const { queue, profile, isSent, stored } = arriving;
    this.#forget(arriving);
    const ending = arriving.begin();
    const startedAt = clock.now();
    const { appended, lease } = await appendsTo(queue).append(profile, isSent);
    if (appended.type !== "stored") {
      arriving.refuse(appended);
      return stored;
    }
    onStored(arriving, clock.now() - startedAt);
    if (ending !== undefined && lease !== undefined) settle(queue, { ...ending, lease });
    const settlement = arriving.store(lease);
    if (settlement !== undefined) settle(queue, settlement);
    return stored;
  }

  #forget(arriving: ArrivingProfile): void {
    this.#waiting.get(arriving)?.cancel();
    this.#waiting.delete(arriving);
  }
}
