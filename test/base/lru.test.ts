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

/** A cache beside all that was ever set, which checks what the cache says. */
class CheckedLru {
  readonly #maxEntries: number;
  readonly #cache: Lru<number, number>;
  readonly #values = new Map<number, number>();
  #latest: number[] = [];

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
    this.#cache = new Lru(maxEntries);
  }

  set(one: number, value: number): void {
    this.#cache.set(one, value);
    this.#values.set(one, value);
    this.#use(one);
    expect(this.#cache.size).toBe(Math.min(this.#maxEntries, this.#values.size));
  }

  get(one: number): void {
    const found = this.#cache.get(one);
    if (found === undefined) {
      expect(this.#latest.slice(0, (this.#maxEntries * 3) / 4)).not.toContain(one);
      return;
    }
    expect(found).toBe(this.#values.get(one) ?? Number.NaN);
    this.#use(one);
  }

  #use(one: number): void {
    this.#latest = [one, ...this.#latest.filter((other) => other !== one)];
  }
}

test("whatever is done, values are the last ones set, and three quarters are those used last", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(use, { maxLength: 60 }), (maxEntries, uses) => {
      const cache = new CheckedLru(maxEntries);
      for (const { key: one, value } of uses) {
        if (value === undefined) cache.get(one);
        else cache.set(one, value);
      }
    }),
  );
});
