import type { Clock, Timer } from "../../src/base/clock.ts";

/** What the wall clock of a fresh fake says, in milliseconds since the Unix epoch: 2026-01-02T03:04:05Z. */
export const fakeEpochMs = Date.UTC(2026, 0, 2, 3, 4, 5);

interface Scheduled {
  readonly dueAt: number;
  readonly action: () => void;
}

/** A clock that stands still until the test moves it. */
export class FakeClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<Scheduled>();

  readonly now = (): number => this.#nowMs;

  readonly wall = (): number => fakeEpochMs + this.#nowMs;

  readonly schedule = (delayMs: number, action: () => void): Timer => {
    const timer: Scheduled = { dueAt: this.#nowMs + Math.max(0, delayMs), action };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  };

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /**
   * Moves time on by `ms` and fires what falls due, in order of time, then of scheduling. Between two timers
   * everything that waits for the first gets to run, and may schedule more.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#nowMs + ms;
    await settled();
    for (let next = this.#nextUntil(target); next !== undefined; next = this.#nextUntil(target)) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueAt);
      next.action();
      await settled();
    }
    this.#nowMs = target;
  }

  #nextUntil(target: number): Scheduled | undefined {
    let next: Scheduled | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= target && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }
}

/** Resolves when all continuations that can run without waiting for anything outside have run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
