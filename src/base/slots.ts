import type { Clock } from "./clock.ts";

interface Waiter {
  readonly grant: (granted: boolean) => void;
}

/** A fixed number of places, handed out first come, first served. */
export class Slots {
  readonly #capacity: number;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #taken = 0;

  constructor(capacity: number, clock: Clock) {
    this.#capacity = capacity;
    this.#clock = clock;
  }

  /** Takes a place at once; false where none is free or others wait already. */
  tryTake(): boolean {
    if (this.#taken >= this.#capacity || this.#waiters.size > 0) return false;
    this.#taken += 1;
    return true;
  }

  /**
   * Waits for a place until `waitMs` has passed or `signal` aborts.
   *
   * @returns true where the caller has a place, which it must give back.
   */
  take(waitMs: number, signal?: AbortSignal): Promise<boolean> {
    if (this.tryTake()) return Promise.resolve(true);
    if (waitMs <= 0 || signal?.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const finish = (granted: boolean) => {
        this.#waiters.delete(waiter);
        timer.cancel();
        signal?.removeEventListener("abort", onAbort);
        resolve(granted);
      };
      const onAbort = () => finish(false);
      const waiter: Waiter = { grant: finish };
      const timer = this.#clock.schedule(waitMs, onAbort);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /** Gives a place back, to the one who waits longest where somebody does. */
  giveBack(): void {
    const next = this.#waiters.values().next();
    if (next.done === true) this.#taken -= 1;
    else next.value.grant(true);
  }
}
