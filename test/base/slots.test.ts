import { expect, test } from "bun:test";
import { Slots } from "../../src/base/slots.ts";
import { FakeClock, settled } from "./fake_clock.ts";

function occupied(capacity: number): { slots: Slots; clock: FakeClock } {
  const clock = new FakeClock();
  const slots = new Slots(capacity, clock);
  for (let taken = 0; taken < capacity; taken += 1) slots.tryTake();
  return { slots, clock };
}

/** Notes who got a place, in order. */
function queueUp(slots: Slots, names: readonly string[], waitMs = 1000): string[] {
  const served: string[] = [];
  for (const name of names) void slots.take(waitMs).then((granted) => served.push(`${name} ${granted}`));
  return served;
}

test("there are as many places as were asked for", () => {
  const slots = new Slots(2, new FakeClock());
  expect([slots.tryTake(), slots.tryTake(), slots.tryTake()]).toEqual([true, true, false]);
  slots.giveBack();
  expect([slots.tryTake(), slots.tryTake()]).toEqual([true, false]);
});

test("who came first gets a place first", async () => {
  const { slots } = occupied(1);
  const served = queueUp(slots, ["a", "b", "c"]);
  slots.giveBack();
  await settled();
  expect(served).toEqual(["a true"]);
  slots.giveBack();
  slots.giveBack();
  await settled();
  expect(served).toEqual(["a true", "b true", "c true"]);
});

test("nobody overtakes those who wait", async () => {
  const { slots } = occupied(1);
  const served = queueUp(slots, ["a"]);
  slots.giveBack();
  expect(slots.tryTake()).toBe(false);
  await settled();
  expect(served).toEqual(["a true"]);
});

test("a wait ends with its time, and its place in the queue is gone", async () => {
  const { slots, clock } = occupied(1);
  const impatient = queueUp(slots, ["a"], 100);
  const patient = queueUp(slots, ["b"], 1000);
  await clock.advance(100);
  expect(impatient).toEqual(["a false"]);
  slots.giveBack();
  await settled();
  expect(patient).toEqual(["b true"]);
  expect(clock.pending).toBe(0);
});

test("a wait ends with its signal", async () => {
  const { slots, clock } = occupied(1);
  const leave = new AbortController();
  const waiting = slots.take(1000, leave.signal);
  leave.abort();
  expect(await waiting).toBe(false);
  slots.giveBack();
  expect(slots.tryTake()).toBe(true);
  expect(clock.pending).toBe(0);
});

test("a signal after the place was granted takes nothing back", async () => {
  const { slots } = occupied(1);
  const leave = new AbortController();
  const waiting = slots.take(1000, leave.signal);
  slots.giveBack();
  leave.abort();
  expect(await waiting).toBe(true);
  expect(slots.tryTake()).toBe(false);
});

test("who has no time, or has left already, does not wait", async () => {
  const { slots, clock } = occupied(1);
  expect(await slots.take(0)).toBe(false);
  expect(await slots.take(-5)).toBe(false);
  expect(await slots.take(1000, AbortSignal.abort())).toBe(false);
  expect(clock.pending).toBe(0);
});

test("a free place is taken even with no time left", async () => {
  expect(await new Slots(1, new FakeClock()).take(0)).toBe(true);
});

test("who wants several waits until so many are free, and those behind wait too", async () => {
  const slots = new Slots(4, new FakeClock());
  slots.tryTake(3);
  const served: string[] = [];
  void slots.take(1000, undefined, 3).then(() => served.push("three"));
  void slots.take(1000).then(() => served.push("one"));
  slots.giveBack();
  await settled();
  expect(served).toEqual([]);
  slots.giveBack(2);
  await settled();
  expect(served).toEqual(["three", "one"]);
  expect(slots.tryTake()).toBe(false);
});

test("those behind one who gives up get what it waited for", async () => {
  const clock = new FakeClock();
  const slots = new Slots(2, clock);
  slots.tryTake();
  const large = slots.take(100, undefined, 2);
  const small = slots.take(1000);
  await clock.advance(100);
  expect([await large, await small]).toEqual([false, true]);
});
