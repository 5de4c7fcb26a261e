import { describe, expect, test } from "bun:test";
import { judge } from "./goal.ts";
import { goalResult } from "./load_row.ts";
import { countTotals } from "./totals.ts";

const goal = { receiver: "pyroduct", text: "CPU ≤ 2 × nginx", limit: 2 };

describe("a goal", () => {
  test.each([
    [[2], 1, "met"],
    [[2.1], 1, "failed"],
    [[2.1], 1.5, "missed"],
    [[3], 1.5, "missed"],
    [[3.1], 1.5, "failed"],
    // The median counts, not the worst round.
    [[1, 1.5, 9], 1, "met"],
    [[-4], 1, "met"],
    [[Number.NaN], 1.5, "failed"],
    [[], 1.5, "failed"],
  ] as const)("of 2 with %p and tolerance %p is %s", (values, tolerance, verdict) => {
    expect(judge({ ...goal, values }, tolerance)).toBe(verdict);
  });
});

test.each([
  [2.9, 1.5, "missed"],
  [4.4, 1.5, "missed"],
  [4.6, 1.5, "failed"],
  [2.9, 1, "failed"],
  [2, 1, "met"],
] as const)("of a goal of 2 that stands at 3, %p with tolerance %p is %s", (value, tolerance, verdict) => {
  expect(judge({ ...goal, values: [value], standing: 3 }, tolerance)).toBe(verdict);
});

describe("a goal against another receiver", () => {
  const measured = [
    { receiver: "nginx", values: { cpuMicros: [10, 20], p99Ms: [1, 2] } },
    { receiver: "pyroduct", values: { cpuMicros: [25, 40], p99Ms: [2, 8] } },
  ];

  test("is the ratio of each round's CPU time", () => {
    expect(goalResult({ receiver: "pyroduct", against: "nginx", times: 2.5 }, measured)).toEqual({
      receiver: "pyroduct",
      text: "CPU ≤ 2.5 × nginx",
      limit: 2.5,
      values: [2.5, 2],
    });
  });

  test("may be of another quantity", () => {
    const result = goalResult(
      { receiver: "pyroduct", quantity: "p99Ms", against: "nginx", times: 3 },
      measured,
    );
    expect(result).toMatchObject({ text: "p99 ms ≤ 3 × nginx", values: [2, 4] });
  });

  test("may be the difference of each round", () => {
    const result = goalResult({ receiver: "pyroduct", against: "nginx", more: 3 }, measured);
    expect(result).toMatchObject({ text: "CPU ≤ 3 more than nginx", limit: 3, values: [15, 20] });
  });

  test("has failed where one of them was not measured", () => {
    const result = goalResult({ receiver: "pyroduct", against: "nginx", times: 3 }, []);
    expect(judge(result, 1.5)).toBe("failed");
  });
});

describe("totals", () => {
  const row = { name: "row", measured: [], goals: [], problems: [] };
  const [met, missed, failed] = [1, 2.5, 4].map((value) => ({ ...goal, values: [value] }));

  test("count each row's delivery and each goal", () => {
    const results = [
      { ...row, goals: [met, missed, failed].filter((one) => one !== undefined) },
      { ...row, problems: ["pyroduct: 3 of 10 did not arrive"] },
      { ...row, skipped: "the executable has no --workers" },
    ];
    expect(countTotals(results, 1.5)).toEqual({ passed: 3, failed: 2, skipped: 1 });
    expect(countTotals(results, 1)).toEqual({ passed: 2, failed: 3, skipped: 1 });
  });
});
