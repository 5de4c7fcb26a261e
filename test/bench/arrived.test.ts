import { expect, test } from "bun:test";
import { lossIn } from "./arrived.ts";

const before = { requests: 100, bytes: 5000 };

test("what all arrived has no loss, even if more came than was answered", () => {
  expect(lossIn(before, { requests: 110, bytes: 6200 }, 10, 100)).toBeUndefined();
  expect(lossIn(before, { requests: 112, bytes: 6300 }, 10, 100)).toBeUndefined();
});

test("requests that were answered and did not arrive are a loss", () => {
  expect(lossIn(before, { requests: 107, bytes: 6200 }, 10, 100)).toBe("3 of 10 did not arrive");
});

test("requests that arrived shorter than their profiles are a loss", () => {
  expect(lossIn(before, { requests: 110, bytes: 5990 }, 10, 100)).toBe(
    "10 bytes of 10 profiles did not arrive",
  );
});

test("where nothing was taken nothing is lost", () => {
  expect(lossIn(before, before, 0, Number.POSITIVE_INFINITY)).toBeUndefined();
});
