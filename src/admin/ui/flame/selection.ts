import { parseDuration } from "../../../base/duration.ts";

/** Which profiles are meant. Times are in milliseconds since the Unix epoch. */
export interface Selection {
  /** A selector of labels as in Prometheus. */
  readonly match: string;
  readonly from: number;
  readonly until: number;
}

/** What the address says of a view of flame graphs; all that is not there is empty. */
export type FlameParameters = Readonly<Record<string, string>>;

/** The ranges to choose from, as durations until now. */
export const ranges: readonly { readonly value: string; readonly title: string }[] = [
  { value: "5m", title: "Last 5 minutes" },
  { value: "15m", title: "Last 15 minutes" },
  { value: "1h", title: "Last hour" },
  { value: "6h", title: "Last 6 hours" },
  { value: "24h", title: "Last 24 hours" },
];

/** The range where nothing is said. */
export const defaultRange = "1h";

const longestRangeMs = 366 * 24 * 3_600_000;

/** The profiles that are to be seen. */
export function selectionOf(parameters: FlameParameters, now: number): Selection {
  const { from, until } = rangeOf(parameters, "", now);
  return { match: selectorOf(parameters["service"] ?? "", parameters["labels"] ?? ""), from, until };
}

/**
 * The profiles that those are compared with: those of the time just before, equally long, or of another range.
 * Undefined where nothing is to be compared.
 */
export function baselineOf(parameters: FlameParameters, now: number): Selection | undefined {
  const compare = parameters["compare"] ?? "";
  if (compare === "") return undefined;
  const labels = parameters["base_labels"] ?? "";
  const match = selectorOf(
    parameters["service"] ?? "",
    labels === "" ? (parameters["labels"] ?? "") : labels,
  );
  const right = rangeOf(parameters, "", now);
  if (compare === "range") return { match, ...rangeOf(parameters, "base_", now) };
  if (compare === "labels") return { match, ...right };
  return { match, from: right.from - (right.until - right.from), until: right.from };
}

function rangeOf(parameters: FlameParameters, prefix: string, now: number): { from: number; until: number } {
  const from = parseMoment(parameters[`${prefix}from`]);
  const until = parseMoment(parameters[`${prefix}until`]);
  if (from !== undefined && until !== undefined && from < until) return { from, until };
  const spanMs = parseDuration(parameters[`${prefix}range`] ?? defaultRange);
  const isUsable = spanMs !== undefined && spanMs > 0 && spanMs <= longestRangeMs;
  return { from: now - (isUsable ? spanMs : 3_600_000), until: now };
}

function parseMoment(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{12,14}$/.test(text) ? Number(text) : undefined;
}

/** A selector of one service and further matchers, written with or without braces. */
export function selectorOf(service: string, labels: string): string {
  const matchers = labels
    .trim()
    .replace(/^\{(.*)\}$/s, "$1")
    .trim()
    .replace(/,$/, "");
  const first = service === "" ? [] : [`service_name=${JSON.stringify(service)}`];
  return `{${[...first, ...(matchers === "" ? [] : [matchers])].join(",")}}`;
}

/** Adds a matcher to others. */
export function withMatcher(labels: string, name: string, value: string): string {
  const added = `${name}=${JSON.stringify(value)}`;
  const before = labels
    .trim()
    .replace(/^\{(.*)\}$/s, "$1")
    .trim()
    .replace(/,$/, "");
  return before === "" ? added : `${before}, ${added}`;
}

/** What a field for a day and a time holds, in the reader's zone: `2026-08-01T14:03`; empty for nothing. */
export function toFieldTime(time: number | undefined): string {
  if (time === undefined) return "";
  const local = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The opposite of toFieldTime; empty where the field holds no time. */
export function fromFieldTime(text: string): string {
  const time = text === "" ? Number.NaN : new Date(text).getTime();
  return Number.isNaN(time) ? "" : String(time);
}
