import { expect, test } from "bun:test";
import { HeadStart } from "../../../src/write/queue/head_start.ts";

function after(...deliveries: readonly number[]): number {
  const headStart = new HeadStart();
  for (const ms of deliveries) headStart.note(ms);
  return headStart.ms;
}

const many = (ms: number, count = 40) => Array.from({ length: count }, () => ms);

test("profiles have 25 ms where deliveries are as quick as that", () => {
  expect([after(), after(...many(3)), after(...many(25))]).toEqual([25, 25, 25]);
});

test("and none where they usually take longer", () => {
  expect([after(...many(26)), after(...many(300))]).toEqual([0, 0]);
});

test("a slow one now and then changes nothing", () => {
  expect(after(...many(3), 2000, 2000, ...many(3, 5), 2000)).toBe(25);
});

test("what was slow may be quick again", () => {
  expect(after(...many(50), ...many(2))).toBe(25);
});
