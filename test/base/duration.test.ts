import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../../src/base/duration.ts";
import { anyText } from "./any_text.ts";

describe("parseDuration", () => {
  test.each([
    ["0", 0],
    ["0s", 0],
    ["500ms", 500],
    ["10s", 10_000],
    ["1m30s", 90_000],
    ["1h2m3s4ms", 3_723_004],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["5.s", 5000],
    ["+2s", 2000],
    ["-1m30s", -90_000],
    ["250us", 0.25],
    ["250µs", 0.25],
    ["250μs", 0.25],
    ["1s1s", 2000],
    ["90m", 5_400_000],
  ])("%j is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBeCloseTo(ms, 9);
  });

  test.each([
    "",
    "1",
    "10",
    "s",
    "1d",
    "1 s",
    " 1s",
    "1s ",
    "1s\n",
    "--1s",
    ".s",
    "1e3s",
    "1S",
    "1m-1s",
    "∞",
    "1ｓ",
  ])("%j is no duration", (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test("any text yields a finite number or nothing, and no error", () => {
    fc.assert(
      fc.property(fc.oneof(anyText(), fc.stringMatching(/^[-+0-9.nuµmsh]*$/)), (text) => {
        const ms = parseDuration(text);
        expect(ms === undefined || Number.isFinite(ms)).toBe(true);
      }),
    );
  });
});

describe("formatDuration", () => {
  test.each([
    [0, "0s"],
    [1, "1ms"],
    [999, "999ms"],
    [1000, "1s"],
    [1500, "1.5s"],
    [90_000, "1m30s"],
    [3_600_000, "1h"],
    [3_601_000, "1h0m1s"],
    [-250, "-250ms"],
  ])("%d ms is %j", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test("what was formatted parses to the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (ms) => {
        // The difference rather than the value, since -0 is 0 here.
        expect((parseDuration(formatDuration(ms)) ?? Number.NaN) - ms).toBeCloseTo(0, 3);
      }),
    );
  });
});
