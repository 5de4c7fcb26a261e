const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Reads a duration as Go's `time.ParseDuration` does (`500ms`, `1m30s`, `-1.5h`, `0`).
 *
 * @returns milliseconds, or undefined where the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text);
  if (match === null) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of (match[2] ?? "").matchAll(/([\d.]+)([a-zµμ]+)/g)) {
    totalMs += Number(amount) * (unitMs[unit ?? ""] ?? Number.NaN);
  }
  if (!Number.isFinite(totalMs)) return undefined;
  return match[1] === "-" ? -totalMs : totalMs;
}

/** Writes milliseconds as Go would write the duration (`90000` → `1m30s`). */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms < 1000) return `${trim(ms)}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1000;
  let text = hours > 0 ? `${hours}h` : "";
  if (minutes > 0 || (hours > 0 && seconds > 0)) text += `${minutes}m`;
  if (seconds > 0 || text === "") text += `${trim(seconds)}s`;
  return text;
}

function trim(value: number): string {
  return String(Number(value.toFixed(6)));
}
