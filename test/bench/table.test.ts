import { describe, expect, test } from "bun:test";
import type { RowResult } from "./row.ts";
import { alignedText, formatSpread, markdownTable, tableOf } from "./table.ts";

const rows: readonly RowResult[] = [
  {
    name: "/ingest 10 KB",
    measured: [
      { receiver: "nginx", values: { cpuMicros: [10, 12, 11], rate: [50_000, 51_000, 49_000] } },
      { receiver: "pyroduct", values: { cpuMicros: [30, 36, 33], timesNginx: [3, 3, 3], connections: [64] } },
    ],
    goals: [{ receiver: "pyroduct", text: "CPU ≤ 2.5 × nginx", limit: 2.5, values: [3, 2.5, 3.2] }],
    problems: ["pyroduct: 2 answers were no success"],
  },
  { name: "2 workers", measured: [], goals: [], problems: [], skipped: "the executable has no --workers" },
];

describe("the table", () => {
  const table = tableOf(rows, { tolerance: 1.5 });
  const column = (name: string) => table.map((line) => line[table[0]?.indexOf(name) ?? -1]);

  test("has a line for each receiver, each problem and each row that was skipped", () => {
    expect(column("row")).toEqual(["row", "/ingest 10 KB", "/ingest 10 KB", "/ingest 10 KB", "2 workers"]);
    expect(column("receiver")).toEqual(["receiver", "nginx", "pyroduct", "", ""]);
  });

  test("has medians with their spread", () => {
    expect(column("CPU µs").slice(1, 3)).toEqual(["11.0 (10.0–12.0)", "33.0 (30.0–36.0)"]);
  });

  test("says what has no column in words, and what went wrong", () => {
    expect(column("more").slice(1)).toEqual([
      "",
      "64 connections opened",
      "FAILED: pyroduct: 2 answers were no success",
      "skipped: the executable has no --workers",
    ]);
  });

  test("has each goal beside its receiver", () => {
    expect(column("goals").slice(1, 3)).toEqual([
      "",
      "CPU ≤ 2.5 × nginx: 3.00 (2.50–3.20) not met, tolerated",
    ]);
    expect(tableOf(rows, { tolerance: 1 })[2]?.at(-1)).toEndWith(": 3.00 (2.50–3.20) NOT MET");
  });

  test("has the spread of CPU times alone where it is brief", () => {
    const [, nginx, pyroduct] = tableOf(rows, { tolerance: 1.5, isBrief: true });
    expect(nginx?.slice(2)).toEqual(["11.0 (10.0–12.0)", "", "", "50000", "", "", "", "", ""]);
    expect(pyroduct?.at(-1)).toBe("CPU ≤ 2.5 × nginx: 3.00 not met, tolerated");
  });

  test("has as many cells in each line", () => {
    expect(new Set(table.map((line) => line.length)).size).toBe(1);
  });
});

test("a single value has no spread", () => {
  expect(formatSpread([1.234], 1)).toBe("1.2");
});

test("text is aligned in columns", () => {
  expect(
    alignedText([
      ["row", "µs"],
      ["a", "10"],
      ["long name", ""],
    ]),
  ).toBe("row        µs\na          10\nlong name");
});

test("Markdown keeps bars out of its cells", () => {
  expect(
    markdownTable([
      ["a", "b"],
      ["1|2", ""],
    ]),
  ).toBe("| a | b |\n| --- | --- |\n| 1\\|2 |  |");
});

test("Markdown says a row's name once", () => {
  const lines = markdownTable([["a"], ["x"], ["x"], ["y"], ["x"]]).split("\n");
  expect(lines.slice(2)).toEqual(["| x |", "|  |", "| y |", "| x |"]);
});
