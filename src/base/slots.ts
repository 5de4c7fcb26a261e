import type { Clock } from "./clock.ts";

interface Waiter {
  readonly count: number;
  readonly grant: (granted: boolean) => void;
}

/** A fixed number of places, handed out first come, first served. */
export class Slots {
  #capacity: number;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #taken = 0;

  constructor(capacity: number, clock: Clock) {
    this.#capacity = capacity;
    this.#clock = clock;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** Changes how many places there are; those that are taken stay so. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#serve();
  }

  /** Takes places at once; false where too few are free or others wait already. */
  tryTake(count = 1): boolean {
    if (this.#taken + count > this.#capacity || this.#waiters.size > 0) return false;
    this.#taken += count;
    return true;
  }

  /**
   * Waits for places until `waitMs` has passed or `signal` aborts.
   *
   * @returns true where the caller has them, and must give them back.
   */
  take(waitMs: number, signal?: AbortSignal, count = 1): Promise<boolean> {
    if (this.tryTake(count)) return Promise.resolve(true);
    if (waitMs <= 0 || signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const finish = (granted: boolean) => {
        this.#waiters.delete(waiter);
        timer.cancel();
        signal?.removeEventListener("abort", onAbort);
        resolve(granted);
        // Behind one that wanted more than there is, others may have waited.
        if (!granted) this.#serve();
      };
      const onAbort = () => finish(false);
      const waiter: Waiter = { count, grant: finish };
      const timer = this.#clock.schedule(waitMs, onAbort);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /** Gives places back, to those who wait longest where somebody does. */
  giveBack(count = 1): void {
    this.#taken -= count;
    if (this.#waiters.size > 0) this.#serve();
  }

  #serve(): void {
    for (const waiter of this.#waiters) {
      if (this.#taken + waiter.count > this.#capacity) return;
      this.#taken += waiter.count;
      waiter.grant(true);
    }
  }
}
