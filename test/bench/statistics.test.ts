import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { growthOf, median, paired, percentile, spreadOf } from "./statistics.ts";

const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 });

describe("median", () => {
  test.each([
    [[3], 3],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])("of %p is %p", (given, expected) => {
    expect(median(given)).toBe(expected);
  });

  test("of nothing is no number", () => {
    expect(median([])).toBeNaN();
  });

  test("has as many values on either side", () => {
    fc.assert(
      fc.property(values, (given) => {
        const middle = median(given);
        const below = given.filter((value) => value < middle).length;
        const above = given.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(given.length / 2);
      }),
    );
  });
});

test("a spread reaches from the smallest to the largest", () => {
  expect(spreadOf([5, 1, 9])).toEqual({ median: 5, min: 1, max: 9, count: 3 });
});

describe("percentile", () => {
  test.each([
    [50, 50],
    [99, 99],
    [99.5, 100],
    [100, 100],
  ])("%p of 1 to 100 is %p", (percent, expected) => {
    const shuffled = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1);
    expect(percentile(shuffled, percent)).toBe(expected);
  });

  test("is one of the values, and so many are not above it", () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (given, percent) => {
        const found = percentile(given, percent);
        expect(given).toContain(found);
        const notAbove = given.filter((value) => value <= found).length;
        expect(notAbove).toBeGreaterThanOrEqual((percent / 100) * given.length - 1e-9);
      }),
    );
  });

  test("of nothing is no number", () => {
    expect(percentile([], 50)).toBeNaN();
  });
});

describe("rounds in pairs", () => {
  test("are joined one by one", () => {
    expect(paired([20, 30], [10, 20], (left, right) => left / right)).toEqual([2, 1.5]);
  });

  test("must be as many", () => {
    expect(() => paired([1], [1, 2], Math.max)).toThrow("1 rounds against 2");
  });
});

describe("growth", () => {
  test("leaves out the first third, in which things fill", () => {
    expect(growthOf([1, 2, 3, 10, 10, 10, 10, 11, 10])).toBe(1);
  });

  test("is the last third against the middle one", () => {
    expect(growthOf([1, 1, 10, 10, 20, 20])).toBe(2);
  });

  test("of fewer than three values is no number", () => {
    expect(growthOf([1, 2])).toBeNaN();
  });
});
