import type { Clock } from "./clock.ts";

/** Counts work under way, so that its end can be waited for. */
export class InFlight {
  #count = 0;
  readonly #waiters = new Set<(isIdle: boolean) => void>();

  get count(): number {
    return this.#count;
  }

  begin(): void {
    this.#count += 1;
  }

  end(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    for (const settle of this.#waiters) settle(true);
  }

  /** Waits until nothing is under way; false where that took longer than `graceMs`. */
  idle(clock: Clock, graceMs: number): Promise<boolean> {
    if (this.#count === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (isIdle: boolean) => {
        timer.cancel();
        this.#waiters.delete(settle);
        resolve(isIdle);
      };
      const timer = clock.schedule(graceMs, () => settle(false));
      this.#waiters.add(settle);
    });
  }
}
