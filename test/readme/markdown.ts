/** A fenced block of code. */
export interface CodeBlock {
  /** What follows the fence: `sh`, `yaml`, … */
  readonly language: string;
  /** The line of the file that the block's first line is, counted from 1. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/** A row of a table, the head and the rule below it left out. */
export interface TableRow {
  /** The heading that it stands under, without its number signs. */
  readonly heading: string;
  readonly cells: readonly string[];
}

/** All fenced blocks of a Markdown file. */
export function readBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { language: string; firstLine: number; lines: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) {
      open?.lines.push(line);
    } else if (open === undefined) {
      open = { language: fence[1] ?? "", firstLine: index + 2, lines: [] };
    } else {
      blocks.push(open);
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`the block at line ${open.firstLine} is not closed`);
  return blocks;
}

/** All rows of all tables of a Markdown file. */
export function readRows(markdown: string): TableRow[] {
  const rows: TableRow[] = [];
  let heading = "";
  let isBody = false;
  for (const line of markdown.split("\n")) {
    heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    if (!line.startsWith("|")) isBody = false;
    else if (/^\|[ |:-]+\|$/.test(line)) isBody = true;
    else if (isBody) rows.push({ heading, cells: cellsOf(line) });
  }
  return rows;
}

/** What stands in backticks in a cell. */
export function codesIn(cell: string | undefined): string[] {
  return [...(cell ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
}

// A vertical bar inside a cell is written with a backslash.
function cellsOf(line: string): string[] {
  const cells = line.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => cell.trim().replaceAll("\\|", "|"));
}
