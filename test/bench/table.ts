import { type GoalResult, judge, type Verdict } from "./goal.ts";
import { type Measured, type Quantity, quantities, type RowResult } from "./row.ts";
import { spreadOf } from "./statistics.ts";

/** How a table is to look. */
export interface TableStyle {
  /** How many times a goal is tolerated. */
  readonly tolerance: number;
  /** Only CPU times show how far the rounds lie apart, not every value. */
  readonly isBrief?: boolean;
}

const names = Object.keys(quantities) as Quantity[];
const columns = names.filter((name) => quantities[name].column);
const inWords = names.filter((name) => !quantities[name].column);

const heads = ["row", "receiver", ...columns.map((name) => quantities[name].name), "more", "goals"];

const verdictTexts: Readonly<Record<Verdict, string>> = {
  met: "met",
  missed: "not met, tolerated",
  failed: "NOT MET",
};

/** The table as lines of cells, the heads first: a line for each receiver of each row. */
export function tableOf(results: readonly RowResult[], style: TableStyle): string[][] {
  return [heads, ...results.flatMap((result) => linesOf(result, style))];
}

function linesOf(result: RowResult, style: TableStyle): string[][] {
  const wordOnly = (word: string) => [result.name, "", ...columns.map(() => ""), word, ""];
  if (result.skipped !== undefined) return [wordOnly(`skipped: ${result.skipped}`)];
  const lines = result.measured.map((one) => [
    result.name,
    one.receiver,
    ...columns.map((name) => cell(name, one, style)),
    words(one, style),
    result.goals
      .filter(({ receiver }) => receiver === one.receiver)
      .map((goal) => goalText(goal, style))
      .join("; "),
  ]);
  return [...lines, ...result.problems.map((problem) => wordOnly(`FAILED: ${problem}`))];
}

function cell(quantity: Quantity, { values }: Measured, { isBrief = false }: TableStyle): string {
  const rounds = values[quantity];
  if (rounds === undefined) return "";
  return formatSpread(rounds, quantities[quantity].digits, isBrief && quantity !== "cpuMicros");
}

function words(measured: Measured, style: TableStyle): string {
  return inWords
    .filter((name) => measured.values[name] !== undefined)
    .map((name) => `${cell(name, measured, style)} ${quantities[name].name}`)
    .join(", ");
}

/** The median, and from where to where the rounds went where there are several: `34.1 (33.0–36.2)`. */
export function formatSpread(values: readonly number[], digits: number, isBrief = false): string {
  const { median, min, max, count } = spreadOf(values);
  const middle = median.toFixed(digits);
  return count < 2 || isBrief ? middle : `${middle} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** A goal with what was measured: `CPU ≤ 2.5 × nginx: 2.31 (2.25–2.40) met`. */
function goalText(goal: GoalResult, { tolerance, isBrief }: TableStyle): string {
  return `${goal.text}: ${formatSpread(goal.values, 2, isBrief)} ${verdictTexts[judge(goal, tolerance)]}`;
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

/** The same as a table of Markdown, in which what the first column says twice in a row is said once. */
export function markdownTable([first = [], ...rest]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`;
  const lines = rest.map(([name = "", ...cells], index) => [
    name === rest[index - 1]?.[0] ? "" : name,
    ...cells,
  ]);
  return [line(first), line(first.map(() => "---")), ...lines.map(line)].join("\n");
}
