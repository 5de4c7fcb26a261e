import { expect, test } from "bun:test";
import { availableParallelism } from "node:os";
import { coreLimit, parseQuota } from "../../src/http/core_limit.ts";

test("there is something of a core, and no more than the machine has", () => {
  expect(coreLimit()).toBeGreaterThan(0);
  expect(coreLimit()).toBeLessThanOrEqual(availableParallelism());
});

test.each([
  ["200000 100000", 2],
  ["50000 100000\n", 0.5],
  ["max 100000", undefined],
  ["-1 100000", undefined],
  ["0 100000", undefined],
  ["100000 0", undefined],
  [" ", undefined],
])("a quota of %j", (text, cores) => {
  expect(parseQuota(text)).toBe(cores);
});
