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

/** The same by a list that is searched from end to end. */
class SlowLru {
  readonly #maxEntries: number;
  #entries: [number, number][] = [];

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get(key: number): number | undefined {
    const found = this.#entries.find(([known]) => known === key);
    if (found !== undefined) this.set(...found);
    return found?.[1];
  }

  set(key: number, value: number): void {
    this.#entries = this.#entries.filter(([known]) => known !== key);
    this.#entries.push([key, value]);
    this.#entries = this.#entries.slice(-this.#maxEntries);
  }
}

test("any series of uses goes as by the book", () => {
  const key = fc.nat(6);
  const use = fc.oneof(
    key.map((one) => ({ key: one, value: undefined })),
    fc.record({ key, value: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(use), (maxEntries, uses) => {
      const cache = new Lru<number, number>(maxEntries);
      const model = new SlowLru(maxEntries);
      const seen = uses.map(({ key: one, value }) =>
        value === undefined ? cache.get(one) : cache.set(one, value),
      );
      const wanted = uses.map(({ key: one, value }) =>
        value === undefined ? model.get(one) : model.set(one, value),
      );
      expect(seen).toEqual(wanted);
      expect(cache.size).toBeLessThanOrEqual(maxEntries);
    }),
  );
});
