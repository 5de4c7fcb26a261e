import { type Listed, Roster } from "./roster.ts";
import type { Timer } from "./timer.ts";

/** Timers that are due within the same span of this many milliseconds fire together, at its end. */
export const spanMs = 16;

/** What shared timers work with; all times are monotonic milliseconds. */
export interface TimerSource {
  now(): number;
  /** Sets a timer of the runtime. */
  schedule(delayMs: number, action: () => void): Timer;
}

/**
 * Timers that share a few of the runtime's. Every request has several, of many seconds, that nearly never fire:
 * each set and cleared with the runtime cost 1 µs of CPU, here a tenth of that. They fire up to 16 ms late.
 */
export class SharedTimers {
  readonly #source: TimerSource;
  readonly #spans = new Map<number, Span>();

  constructor(source: TimerSource) {
    this.#source = source;
  }

  /** Calls `action` once, `delayMs` from now or a little later. */
  schedule(delayMs: number, action: () => void): Timer {
    const now = this.#source.now();
    const end = Math.ceil((now + delayMs) / spanMs);
    let span = this.#spans.get(end);
    if (span === undefined) {
      span = new Span(this.#spans, end);
      this.#spans.set(end, span);
      span.start(this.#source, end * spanMs - now);
    }
    return new SharedTimer(span, action);
  }
}

/** The timers that are due in one span. */
class Span {
  readonly #siblings: Map<number, Span>;
  readonly #end: number;
  readonly #timers = new Roster<SharedTimer>();
  #own: Timer | undefined;

  constructor(siblings: Map<number, Span>, end: number) {
    this.#siblings = siblings;
    this.#end = end;
  }

  start(source: TimerSource, delayMs: number): void {
    this.#own = source.schedule(delayMs, () => this.#fire());
  }

  add(timer: SharedTimer): void {
    this.#timers.add(timer);
  }

  remove(timer: SharedTimer): void {
    this.#timers.remove(timer);
    if (this.#timers.size > 0) return;
    this.#own?.cancel();
    this.#siblings.delete(this.#end);
  }

  #fire(): void {
    this.#siblings.delete(this.#end);
    // One that throws keeps none of the others from firing.
    for (const timer of this.#timers.members()) queueMicrotask(() => timer.fire());
  }
}

class SharedTimer implements Timer, Listed {
  rosterIndex = -1;
  #span: Span | undefined;
  readonly #action: () => void;

  constructor(span: Span, action: () => void) {
    this.#span = span;
    this.#action = action;
    span.add(this);
  }

  cancel(): void {
    this.#span?.remove(this);
    this.#span = undefined;
  }

  fire(): void {
    if (this.#span === undefined) return;
    this.cancel();
    this.#action();
  }
}
