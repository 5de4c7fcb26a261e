import { type Listed, Roster } from "./roster.ts";
import type { Timer } from "./timer.ts";

/** Timers that are due within the same span of this many milliseconds fire together, at its end. */
export const spanMs = 16;

/** A timer of the runtime. */
export interface OwnTimer extends Timer {
  /** Says whether the process must not end before it has fired, which it must not at first. */
  keepAlive?(isNeeded: boolean): void;
}

/** What shared timers work with; all times are monotonic milliseconds. */
export interface TimerSource {
  now(): number;
  /** Sets a timer of the runtime. */
  schedule(delayMs: number, action: () => void): OwnTimer;
}

/**
 * Timers that share one of the runtime's. Every request has several, of many seconds, that nearly never fire: each
 * set and cleared with the runtime cost 1 µs of CPU, here a tenth of that. They fire up to 16 ms late.
 *
 * The runtime's timer is set for the earliest of them, and left alone where that one is cancelled: what it wakes for
 * then is the next one, or nothing.
 */
export class SharedTimers {
  readonly #source: TimerSource;
  readonly #spans = new Map<number, Roster<SharedTimer>>();
  #count = 0;
  #own: { readonly timer: OwnTimer; readonly end: number } | undefined;

  constructor(source: TimerSource) {
    this.#source = source;
  }

  /** Calls `action` once, `delayMs` from now or a little later. */
  schedule(delayMs: number, action: () => void): Timer {
    const now = this.#source.now();
    const end = Math.ceil((now + delayMs) / spanMs);
    let span = this.#spans.get(end);
    if (span === undefined) {
      span = new Roster();
      this.#spans.set(end, span);
    }
    const timer = new SharedTimer(this, end, action);
    span.add(timer);
    this.#count += 1;
    if (this.#own === undefined || this.#own.end > end) this.#wakeAt(end, now);
    else if (this.#count === 1) this.#own.timer.keepAlive?.(true);
    return timer;
  }

  /** Takes one out that is waiting. */
  remove(timer: SharedTimer): void {
    const span = this.#spans.get(timer.end);
    if (span === undefined) return;
    span.remove(timer);
    if (span.size === 0) this.#spans.delete(timer.end);
    this.#count -= 1;
    if (this.#count === 0) this.#own?.timer.keepAlive?.(false);
  }

  #wakeAt(end: number, now: number): void {
    this.#own?.timer.cancel();
    this.#own = { end, timer: this.#source.schedule(end * spanMs - now, () => this.#fire()) };
  }

  #fire(): void {
    const now = this.#source.now();
    this.#own = undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const [end, span] of [...this.#spans]) {
      if (end * spanMs > now) next = Math.min(next, end);
      // One that throws keeps none of the others from firing.
      else for (const timer of span.members()) queueMicrotask(() => timer.fire());
    }
    if (next !== Number.POSITIVE_INFINITY) this.#wakeAt(next, now);
  }
}

class SharedTimer implements Timer, Listed {
  rosterIndex = -1;
  readonly end: number;
  #timers: SharedTimers | undefined;
  readonly #action: () => void;

  constructor(timers: SharedTimers, end: number, action: () => void) {
    this.#timers = timers;
    this.end = end;
    this.#action = action;
  }

  cancel(): void {
    this.#timers?.remove(this);
    this.#timers = undefined;
  }

  fire(): void {
    if (this.#timers === undefined) return;
    this.cancel();
    this.#action();
  }
}
