/**
 * Reads a Retry-After header: seconds, or a date.
 *
 * @param wallMs the time now, in milliseconds since the Unix epoch.
 * @returns how long to wait in milliseconds; undefined where the header says nothing usable.
 */
export function parseRetryAfter(value: string | null, wallMs: number): number | undefined {
  if (value === null) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallMs);
}
