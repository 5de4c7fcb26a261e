import { expect, test } from "bun:test";
import { lossIn } from "./arrived.ts";

const before = { requests: 100, bytes: 5000 };
const taken = { requests: 10, bytes: 1000, leastBytes: 100 };

test("what all arrived has no loss, even if more came than was answered", () => {
  expect(lossIn(before, { requests: 110, bytes: 6200 }, taken)).toBeUndefined();
  expect(lossIn(before, { requests: 112, bytes: 6300 }, taken)).toBeUndefined();
});

test("requests that were answered and did not arrive are a loss", () => {
  expect(lossIn(before, { requests: 107, bytes: 6200 }, taken)).toBe("3 of 10 did not arrive");
});

test("requests that arrived shorter than their profiles are a loss", () => {
  expect(lossIn(before, { requests: 110, bytes: 5990 }, taken)).toBe(
    "10 bytes of 10 profiles did not arrive",
  );
});

test("what arrives in parts has no loss where all of it is there", () => {
  const inParts = { ...taken, leastBytes: 10 };
  expect(lossIn(before, { requests: 200, bytes: 6000 }, inParts)).toBeUndefined();
  expect(lossIn(before, { requests: 190, bytes: 5900 }, inParts)).toBe(
    "100 bytes of 90 profiles did not arrive",
  );
});

test("where nothing was taken nothing is lost", () => {
  expect(
    lossIn(before, before, { requests: 0, bytes: 0, leastBytes: Number.POSITIVE_INFINITY }),
  ).toBeUndefined();
});
