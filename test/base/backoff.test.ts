import { expect, test } from "bun:test";
import fc from "fast-check";
import { Backoff } from "../../src/base/backoff.ts";

function waits(minMs: number, maxMs: number, random: () => number, count: number): number[] {
  const backoff = new Backoff({ minMs, maxMs }, random);
  return Array.from({ length: count }, () => backoff.next());
}

test("with no chance at all the waits double from min to max", () => {
  expect(waits(500, 5000, () => 0, 6)).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
});

test("chance stretches a wait towards the double, at most to max", () => {
  expect(waits(500, 5000, () => 0.5, 6)).toEqual([750, 1500, 3000, 4500, 5000, 5000]);
});

test("where min is max, every wait is just that", () => {
  expect(waits(200, 200, () => 0.9, 3)).toEqual([200, 200, 200]);
});

test("without a minimum there is no wait", () => {
  expect(waits(0, 1000, () => 0.9, 3)).toEqual([0, 0, 0]);
});

test("each wait lies between its bounds, whatever chance says", () => {
  const range = fc.tuple(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 600_000 }));
  const chances = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(range, chances, ([one, other], chance) => {
      const minMs = Math.min(one, other);
      const maxMs = Math.max(one, other);
      const next = chance.values();
      const actual = waits(minMs, maxMs, () => next.next().value ?? 0, chance.length);
      actual.forEach((wait, index) => {
        const low = Math.min(minMs * 2 ** index, maxMs);
        const high = Math.min(minMs * 2 ** (index + 1), maxMs);
        expect(wait).toBeGreaterThanOrEqual(low);
        expect(wait).toBeLessThanOrEqual(high);
      });
    }),
  );
});
