import { expect, test } from "bun:test";
import {
  formatBytes,
  formatCount,
  formatLabels,
  formatShare,
  formatSpan,
  formatThroughput,
  formatValue,
} from "../../../src/admin/ui/format.ts";

test.each([
  [0, "0"],
  [0.254, "0.25"],
  [3.14, "3.1"],
  [42.4, "42"],
  [1234, "1.2k"],
  [34_000_000, "34M"],
  [-1500, "-1.5k"],
  [9e15, "9000T"],
])("the number %p is %s", (value, text) => {
  expect(formatCount(value)).toBe(text);
});

test.each([
  [850, "850 ms"],
  [1500, "1.5 s"],
  [12_400, "12 s"],
  [59_700, "1 min"],
  [185_000, "3 min 5 s"],
  [7_800_000, "2 h 10 min"],
  [273_600_000, "3 d 4 h"],
])("%p milliseconds are %s", (ms, text) => {
  expect(formatSpan(ms)).toBe(text);
});

test.each([
  [1_500_000_000, "nanoseconds", "1.5 s"],
  [90_000_000_000, "nanoseconds", "1.5 min"],
  [1500, "nanoseconds", "1.5 µs"],
  [2, "seconds", "2 s"],
  [0, "nanoseconds", "0 ms"],
  [1536, "bytes", "1.5 KiB"],
  [12_345, "count", "12k"],
])("%p %s are %s", (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text);
});

test("shares, sizes, rates and labels", () => {
  expect([formatShare(1, 3), formatShare(1, 0), formatShare(1, 1000)]).toEqual(["33.3 %", "0 %", "0.1 %"]);
  expect(formatBytes(1023.7)).toBe("1 KiB");
  expect(formatThroughput(1234, 2048)).toBe("1.2k/s · 2 KiB/s");
  expect(formatLabels({ env: 'a"b', pod: "x" })).toBe('env="a\\"b", pod="x"');
});
