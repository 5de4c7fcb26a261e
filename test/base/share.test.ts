import { expect, test } from "bun:test";
import fc from "fast-check";
import { shareOf, wholeShare } from "../../src/base/share.ts";

function parts(total: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => shareOf(total, { index, count }));
}

const counts = fc.integer({ min: 1, max: 64 });

test("one share is the whole", () => {
  fc.assert(fc.property(fc.nat(), (total) => shareOf(total, wholeShare) === total));
});

test("the shares add up to the whole, and differ by 1 at most", () => {
  fc.assert(
    fc.property(counts, fc.nat(), (count, more) => {
      const all = parts(count + more, count);
      expect(all.reduce((sum, part) => sum + part, 0)).toBe(count + more);
      expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
    }),
  );
});

test("no limit stays none, and a limit never becomes none", () => {
  expect(parts(0, 3)).toEqual([0, 0, 0]);
  expect(parts(2, 3)).toEqual([1, 1, 1]);
});
