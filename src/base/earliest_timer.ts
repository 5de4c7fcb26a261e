import type { Clock, Timer } from "./clock.ts";

/** One timer for an action that is asked for at several moments: it is called at the earliest of them. */
export class EarliestTimer {
  readonly #clock: Clock;
  readonly #action: () => void;
  #next: { readonly timer: Timer; readonly at: number } | undefined;

  constructor(clock: Clock, action: () => void) {
    this.#clock = clock;
    this.#action = action;
  }

  /** Asks for the action so many milliseconds from now, at most; a fraction is rounded up, as a timer may fire early. */
  callIn(ms: number): void {
    const delayMs = Math.ceil(ms);
    const at = this.#clock.now() + delayMs;
    if (this.#next !== undefined && this.#next.at <= at) return;
    this.cancel();
    const timer = this.#clock.schedule(delayMs, () => {
      this.#next = undefined;
      this.#action();
    });
    this.#next = { timer, at };
  }

  /** Forgets what was asked for. */
  cancel(): void {
    this.#next?.timer.cancel();
    this.#next = undefined;
  }
}
