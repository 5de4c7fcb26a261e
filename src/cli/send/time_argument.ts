import { parseDuration } from "../../base/duration.ts";

/** How many digits a time since the Unix epoch has at most in each unit, and milliseconds in one of it. */
const units: readonly (readonly [digits: number, ms: number])[] = [
  [11, 1000],
  [14, 1],
  [17, 1e-3],
  [20, 1e-6],
];

/**
 * Reads a point in time: `now`, `now-1h`, RFC 3339 (`2026-01-31T12:00:00Z`), or seconds, milliseconds, microseconds
 * or nanoseconds since the Unix epoch, told apart by their length.
 *
 * @returns milliseconds since the Unix epoch; undefined where the text is no time.
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  if (text === "now") return nowMs;
  const ago = /^now-(.+)$/.exec(text)?.[1];
  if (ago !== undefined) {
    const ms = parseDuration(ago);
    return ms === undefined || ms < 0 ? undefined : nowMs - ms;
  }
  if (/^\d+$/.test(text)) {
    const unit = units.find(([digits]) => text.length <= digits);
    return unit && Number(text) * unit[1];
  }
  if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text))
    return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}
