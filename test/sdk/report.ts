import type { Delivery } from "./delivery.ts";

/** One row of the table: a run of an SDK, or the reason why there was none. */
export interface Row {
  readonly sdk: string;
  readonly version: string;
  readonly variant: string;
  readonly outcome:
    | { readonly state: "skipped" | "failed"; readonly reason: string }
    | {
        readonly state: "ran";
        readonly sent: number;
        readonly paths: readonly string[];
        /** What concerns both sinks. */
        readonly problems: readonly string[];
        readonly deliveries: readonly [a: Delivery, b: Delivery];
      };
}

/** The checks so far: one for each run and sink. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const SINKS = 2;
const MAX_PROBLEMS = 6;
const HEAD = [
  "sdk",
  "version",
  "base URL",
  "path",
  "sent",
  "sink a",
  "sink b",
  "labels ok",
  "bytes ok",
  "skipped",
  "",
];

function passedChecks(row: Row): number {
  if (row.outcome.state !== "ran" || row.outcome.problems.length > 0) return 0;
  return row.outcome.deliveries.filter(({ problems }) => problems.length === 0).length;
}

function cells(row: Row): string[] {
  const start = [row.sdk, row.version, row.variant];
  const { outcome } = row;
  if (outcome.state !== "ran") {
    const isSkipped = outcome.state === "skipped";
    return [...start, "-", "-", "-", "-", "-", "-", isSkipped ? "yes" : "no", isSkipped ? "" : "FAILED"];
  }
  const [a, b] = outcome.deliveries;
  const sum = outcome.sent * SINKS;
  return [
    ...start,
    outcome.paths.map((path) => path.replace(/\/push\.v1\..*/, "/…/Push")).join(" ") || "-",
    `${outcome.sent}`,
    `${a.arrived}`,
    `${b.arrived}`,
    `${a.labelsOk + b.labelsOk}/${sum}`,
    `${a.bytesOk + b.bytesOk}/${sum}`,
    "no",
    passedChecks(row) === SINKS ? "ok" : "FAILED",
  ];
}

function limited(title: string, problems: readonly string[]): string[] {
  const more = problems.length - MAX_PROBLEMS;
  if (more <= 0) return problems.map((problem) => `${title}: ${problem}`);
  // The first tell what is wrong, the last what the SDK said of it.
  const shown = [...problems.slice(0, MAX_PROBLEMS - 1), `(${more} more)`, ...problems.slice(-1)];
  return shown.map((problem) => `${title}: ${problem}`);
}

function details(row: Row): string[] {
  const title = `${row.sdk} (${row.variant})`;
  if (row.outcome.state !== "ran") return [`${title} ${row.outcome.state}: ${row.outcome.reason}`];
  const [a, b] = row.outcome.deliveries;
  return [
    ...limited(title, row.outcome.problems),
    ...limited(`${title}, sink a`, a.problems),
    ...limited(`${title}, sink b`, b.problems),
  ];
}

/** The table and, below it, what went wrong or was left out. */
export function renderReport(rows: readonly Row[]): string {
  const table = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...table.map((line) => (line[column] ?? "").length)));
  const lines = table.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const below = [...new Set(rows.flatMap(details))];
  return [...lines, ...(below.length > 0 ? ["", ...below] : [])].join("\n");
}

/** Counts the checks of a report. */
export function countChecks(rows: readonly Row[]): Totals {
  const passed = rows.reduce((sum, row) => sum + passedChecks(row), 0);
  const skipped = rows.filter(({ outcome }) => outcome.state === "skipped").length * SINKS;
  return { passed, failed: rows.length * SINKS - passed - skipped, skipped };
}

/** The last line of a run. */
export function renderTotals({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
