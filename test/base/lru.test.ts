import { expect, test } from "bun:test";
import fc from "fast-check";
import { Lru } from "../../src/base/lru.ts";

test("what was used longest ago is forgotten first", () => {
  const cache = new Lru<string, number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  expect(cache.get("a")).toBe(1);
  cache.set("c", 3);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([1, undefined, 3]);
});

test("setting a known key again replaces its value and takes no more room", () => {
  const cache = new Lru<string, number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  cache.set("a", 3);
  expect([cache.size, cache.get("a"), cache.get("b")]).toEqual([2, 3, 2]);
});

test("after clearing nothing is left", () => {
  const cache = new Lru<string, number>(2);
  cache.set("a", 1);
  cache.clear();
  expect([cache.size, cache.get("a")]).toEqual([0, undefined]);
});

const key = fc.nat(9);
const use = fc.oneof(
  key.map((one) => ({ key: one, value: undefined })),
  fc.record({ key, value: fc.nat() }),
);

test("whatever is done, values are the last ones set, and three quarters are those used last", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(use, { maxLength: 60 }), (maxEntries, uses) => {
      const cache = new Lru<number, number>(maxEntries);
      const values = new Map<number, number>();
      let latest: number[] = [];
      for (const { key: one, value } of uses) {
        const found = value === undefined ? cache.get(one) : undefined;
        if (value !== undefined) {
          cache.set(one, value);
          values.set(one, value);
        } else if (found !== undefined) expect(found).toBe(values.get(one) ?? Number.NaN);
        else expect(latest.slice(0, (maxEntries * 3) / 4)).not.toContain(one);
        if (value !== undefined || found !== undefined)
          latest = [one, ...latest.filter((other) => other !== one)];
        expect(cache.size).toBe(Math.min(maxEntries, values.size));
      }
    }),
  );
});
