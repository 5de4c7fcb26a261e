import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseRetryAfter } from "../../src/write/retry_after.ts";
import { anyText } from "../base/any_text.ts";
import { fakeEpochMs } from "../base/fake_clock.ts";

test.each<[string | null, number | undefined]>([
  ["0", 0],
  ["1", 1000],
  [" 120 ", 120_000],
  [new Date(fakeEpochMs + 5000).toUTCString(), 5000],
  [new Date(fakeEpochMs - 5000).toUTCString(), 0],
  [null, undefined],
  ["", undefined],
  ["soon", undefined],
  ["1s", undefined],
  ["9999999999999", undefined],
])("%j: %p ms", (value, ms) => {
  expect(parseRetryAfter(value, fakeEpochMs)).toBe(ms);
});

test("any text is a wait or nothing, and no error", () => {
  fc.assert(
    fc.property(fc.oneof(anyText(), fc.stringMatching(/^[-+0-9.,: GMTa-z]*$/)), (value) => {
      expect(parseRetryAfter(value, fakeEpochMs) ?? 0).toBeGreaterThanOrEqual(0);
    }),
  );
});
