import { expect, test } from "bun:test";
import { AbortPool } from "../../src/http/abort_pool.ts";

test("one that was given back is handed out again, unless it was aborted", () => {
  const pool = new AbortPool();
  const first = pool.take();
  pool.giveBack(first);
  expect(pool.take()).toBe(first);
  first.abort();
  pool.giveBack(first);
  expect(pool.take().signal.aborted).toBe(false);
});

test("two that are out are never the same", () => {
  const pool = new AbortPool();
  expect(pool.take()).not.toBe(pool.take());
});
