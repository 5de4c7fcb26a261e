import type { Clock } from "../../base/clock.ts";

/**
 * The time by which profiles age, in milliseconds since the Unix epoch. It starts at the machine's time and goes on
 * by the monotonic clock, so that a step of the machine's time neither drops what waits nor keeps it for ever.
 */
export function steadyTime(clock: Clock): () => number {
  const offset = clock.wall() - clock.now();
  return () => Math.round(offset + clock.now());
}
