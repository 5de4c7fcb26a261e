import type { GoalResult } from "./goal.ts";
import { judge } from "./goal.ts";
import { type Measured, type Quantity, quantities, type RowResult } from "./row.ts";
import { spreadOf } from "./statistics.ts";

const columns = (Object.keys(quantities) as Quantity[]).filter((name) => quantities[name].column);
const inWords = (Object.keys(quantities) as Quantity[]).filter((name) => !quantities[name].column);

const heads = ["row", "receiver", ...columns.map((name) => quantities[name].name), "more", "goals"];

/** The table as lines of cells, the heads first: a line for each receiver of each row. */
export function tableOf(results: readonly RowResult[], tolerance: number): string[][] {
  return [heads, ...results.flatMap((result) => linesOf(result, tolerance))];
}

function linesOf(result: RowResult, tolerance: number): string[][] {
  const blank = columns.map(() => "");
  if (result.skipped !== undefined) return [[result.name, "", ...blank, `skipped: ${result.skipped}`, ""]];
  const problems = result.problems.map((problem) => [result.name, "", ...blank, `FAILED: ${problem}`, ""]);
  const lines = result.measured.map((one) => [
    result.name,
    one.receiver,
    ...columns.map((name) => cell(name, one)),
    words(one),
    result.goals
      .filter(({ receiver }) => receiver === one.receiver)
      .map((goal) => goalText(goal, tolerance))
      .join("; "),
  ]);
  return [...lines, ...problems];
}

function cell(quantity: Quantity, { values }: Measured): string {
  const rounds = values[quantity];
  return rounds === undefined ? "" : formatSpread(rounds, quantities[quantity].digits);
}

function words(measured: Measured): string {
  return inWords
    .filter((name) => measured.values[name] !== undefined)
    .map((name) => `${cell(name, measured)} ${quantities[name].name}`)
    .join(", ");
}

/** The median, and from where to where the rounds went where there are several: `34.1 (33.0–36.2)`. */
export function formatSpread(values: readonly number[], digits: number): string {
  const { median, min, max, count } = spreadOf(values);
  const middle = median.toFixed(digits);
  return count < 2 ? middle : `${middle} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** A goal with what was measured: `CPU ≤ 2.5 × nginx: 2.31 (2.25–2.40) met`. */
export function goalText(goal: GoalResult, tolerance: number): string {
  return `${goal.text}: ${formatSpread(goal.values, 2)} ${judge(goal, tolerance).replace(/missed|failed/, (word) => word.toUpperCase())}`;
}

/** Cells side by side, in columns as wide as they need. */
export function alignedText(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((line) => (line[column] ?? "").length)),
  );
  return table
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The same as a table of Markdown. */
export function markdownTable([first = [], ...rest]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(first), line(first.map(() => "---")), ...rest.map(line)].join("\n");
}
