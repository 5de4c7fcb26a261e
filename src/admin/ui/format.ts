import { formatByteSize } from "../../base/byte_size.ts";

/** Writes a number in at most four characters or so: `0.25`, `12`, `1.2k`, `34M`. */
export function formatCount(value: number): string {
  const units = ["", "k", "M", "G", "T"];
  let scaled = Math.abs(value);
  let unit = 0;
  while (scaled >= 1000 && unit < units.length - 1) {
    scaled /= 1000;
    unit += 1;
  }
  const digits = scaled >= 10 || Number.isInteger(scaled) ? 0 : scaled >= 1 ? 1 : 2;
  return `${value < 0 ? "-" : ""}${Number(scaled.toFixed(digits))}${units[unit]}`;
}

/** Writes bytes with a unit: `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  return formatByteSize(Math.round(bytes));
}

/** Writes how much passes in a second: `12/s · 3.4 KiB/s`. */
export function formatThroughput(profilesPerSecond: number, bytesPerSecond: number): string {
  return `${formatCount(profilesPerSecond)}/s · ${formatBytes(bytesPerSecond)}/s`;
}

/** Writes a span of time in its largest unit or two: `850 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatSpan(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${ms < 10_000 ? Number((ms / 1000).toFixed(1)) : seconds} s`;
  const steps = [
    [86_400, "d", 3600, "h"],
    [3600, "h", 60, "min"],
    [60, "min", 1, "s"],
  ] as const;
  for (const [size, unit, smallerSize, smallerUnit] of steps) {
    if (seconds < size) continue;
    const smaller = Math.floor((seconds % size) / smallerSize);
    const whole = `${Math.floor(seconds / size)} ${unit}`;
    return smaller === 0 ? whole : `${whole} ${smaller} ${smallerUnit}`;
  }
  return `${seconds} s`;
}

/** Writes a time of the day, in the reader's zone: `14:03:07`. */
export function formatClock(time: number): string {
  return new Date(time).toLocaleTimeString("en-GB", { hour12: false });
}

/** Writes a day and time, in the reader's zone: `2026-08-01 14:03:07`. */
export function formatMoment(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${formatClock(time)}`;
}

const timeUnits: Readonly<Record<string, number>> = {
  nanoseconds: 1e-6,
  microseconds: 1e-3,
  milliseconds: 1,
  seconds: 1000,
};

/** Writes a value of a profile in its unit: nanoseconds as a span of time, bytes as a size, else a count. */
export function formatValue(value: number, unit: string): string {
  const factor = timeUnits[unit];
  if (factor !== undefined) return formatCpuTime(value * factor);
  return unit === "bytes" ? formatBytes(value) : formatCount(value);
}

// Profiles measure from microseconds to days, and the table compares them: a decimal of one unit reads best.
function formatCpuTime(ms: number): string {
  const units = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1000, "s"],
    [1, "ms"],
  ] as const;
  const size = Math.abs(ms);
  for (const [unitMs, unit] of units) {
    if (size >= unitMs) return `${Number((ms / unitMs).toFixed(2))} ${unit}`;
  }
  return size === 0 ? "0 ms" : `${Number((ms * 1000).toFixed(1))} µs`;
}

/** Writes a part of a whole: `12.3 %`. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return "0 %";
  const percent = (part / whole) * 100;
  return `${Number(percent.toFixed(Math.abs(percent) < 1 ? 2 : 1))} %`;
}

/** Writes labels as a selector would: `{env="prod", pod="a"}`, those of the service's name first. */
export function formatLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(", ");
}
