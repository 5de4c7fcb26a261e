import { type OwnTimer, SharedTimers } from "./shared_timers.ts";
import type { Timer } from "./timer.ts";

export type { Timer } from "./timer.ts";

/** Where time comes from, so that a test can move it. */
export interface Clock {
  /** Monotonic milliseconds; deadlines and waits go by it. */
  now(): number;
  /** Milliseconds since the Unix epoch; only for showing and storing. */
  wall(): number;
  /** Calls `action` once after `delayMs`; where that is a second or more, a little later perhaps. */
  schedule(delayMs: number, action: () => void): Timer;
}

/** The longest delay that a runtime timer takes (2^31 - 1 ms); a longer one would fire at once. */
const longestTimerMs = 0x7fff_ffff;

class RuntimeTimer implements OwnTimer {
  readonly #handle: ReturnType<typeof setTimeout>;

  constructor(delayMs: number, action: () => void) {
    this.#handle = setTimeout(action, Math.min(delayMs, longestTimerMs));
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }

  keepAlive(isNeeded: boolean): void {
    if (isNeeded) this.#handle.ref();
    else this.#handle.unref();
  }
}

/** From this delay on, in milliseconds, it does not matter whether a timer fires a little late. */
const sharedFromMs = 1000;

const now = () => performance.now();

const shared = new SharedTimers({
  now,
  schedule: (delayMs, action) => new RuntimeTimer(delayMs, action),
});

/** The machine's own time. */
export const systemClock: Clock = {
  now,
  wall: () => Date.now(),
  schedule: (delayMs, action) =>
    delayMs >= sharedFromMs ? shared.schedule(delayMs, action) : new RuntimeTimer(delayMs, action),
};

/**
 * Waits for `delayMs`, or until `signal` aborts, whichever comes first.
 *
 * @returns true where the whole time has passed.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const onAbort = () => {
      timer.cancel();
      resolve(false);
    };
    const timer = clock.schedule(delayMs, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve(true);
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
