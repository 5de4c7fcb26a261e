import { expect, test } from "bun:test";
import { numberedBody, readNumbered } from "./numbered.ts";
import { Tally } from "./tally.ts";

test("a profile that was acknowledged and came nowhere is lost, to each destination that it is owed to", () => {
  const tally = new Tally();
  const [one = 0, two = 0, three = 0] = tally.numbers(3);
  tally.acknowledge([one, two], ["a", "b"]);
  tally.deliver("a", one);
  tally.deliver("a", one);
  tally.deliver("b", one);
  tally.deliver("b", two);
  tally.deliver("b", three);
  expect(tally.missing()).toEqual(["a:2"]);
  expect(tally.figures()).toEqual({
    sent: 3,
    acknowledged: 2,
    owed: 4,
    delivered: 3,
    duplicated: 1,
    unacknowledged: 1,
    dropped: {},
    lost: 1,
  });
});

test("what is counted as dropped is not lost", () => {
  const tally = new Tally();
  tally.acknowledge(tally.numbers(3), ["a"]);
  expect(tally.figures({ expired: 2 })).toMatchObject({ delivered: 0, lost: 1 });
});

test("a body tells its number, and whether it is whole", () => {
  const body = numberedBody({ number: 42, madeAt: 1_700_000_000_000 }, 500);
  expect(body).toHaveLength(500);
  expect(readNumbered(body)).toEqual({ number: 42, madeAt: 1_700_000_000_000 });
  expect(readNumbered(body.subarray(0, 499))).toBeUndefined();
  expect(readNumbered(body.with(490, 33))).toBeUndefined();
  expect(readNumbered(new Uint8Array())).toBeUndefined();
});
