import { expect, test } from "bun:test";
import fc from "fast-check";
import { BytePool } from "../../src/base/byte_pool.ts";

const mebibyte = 2 ** 20;

test("memory that was given back serves again", () => {
  const pool = new BytePool();
  const first = pool.take(10_000);
  pool.giveBack(first);
  const second = pool.take(12_000);
  expect([second.buffer === first.buffer, second.byteLength]).toEqual([true, 12_000]);
});

test("not more than 8 MiB are kept, and nothing larger than 1 MiB", () => {
  const pool = new BytePool();
  const sizes = [2 * mebibyte, ...Array.from({ length: 10 }, () => mebibyte)];
  const all = sizes.map((size) => pool.take(size));
  for (const bytes of all) pool.giveBack(bytes);
  expect(all.map(({ buffer }) => buffer.byteLength / mebibyte)).toEqual([0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
});

test("no two have the same memory at once, whatever is taken and given back", () => {
  const step = fc.oneof(fc.integer({ min: 0, max: 3 * mebibyte }), fc.constant("give back" as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const pool = new BytePool();
      const out: Uint8Array<ArrayBuffer>[] = [];
      for (const one of steps) {
        if (one !== "give back") {
          const bytes = pool.take(one);
          expect(bytes.byteLength).toBe(one);
          out.push(bytes);
        } else {
          const bytes = out.shift();
          if (bytes !== undefined) pool.giveBack(bytes);
        }
        expect(new Set(out.map(({ buffer }) => buffer)).size).toBe(out.length);
      }
    }),
    { numRuns: 30 },
  );
});
