import { expect, test } from "bun:test";
import { totalmem } from "node:os";
import { memoryLimitBytes } from "../../src/http/memory_limit.ts";

test("the limit is a number of bytes that the machine has", () => {
  const limit = memoryLimitBytes();
  expect(Number.isFinite(limit)).toBe(true);
  expect(limit).toBeWithin(2 ** 20, totalmem() + 1);
});
