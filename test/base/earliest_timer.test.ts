import { expect, test } from "bun:test";
import { EarliestTimer } from "../../src/base/earliest_timer.ts";
import { FakeClock } from "./fake_clock.ts";

function timed() {
  const clock = new FakeClock();
  const calls: number[] = [];
  return { clock, calls, timer: new EarliestTimer(clock, () => calls.push(clock.now())) };
}

test("of several moments the earliest counts, and the others are forgotten", async () => {
  const { clock, calls, timer } = timed();
  for (const ms of [300, 100, 200]) timer.callIn(ms);
  await clock.advance(1000);
  expect([calls, clock.pending]).toEqual([[100], 0]);
});

test("it can be asked for again once it was called, and never fires before its moment", async () => {
  const { clock, calls, timer } = timed();
  timer.callIn(10);
  await clock.advance(10);
  timer.callIn(0.2);
  await clock.advance(10);
  expect(calls).toEqual([10, 11]);
});

test("it is not called once it was canceled", async () => {
  const { clock, calls, timer } = timed();
  timer.callIn(10);
  timer.cancel();
  await clock.advance(10);
  expect([calls, clock.pending]).toEqual([[], 0]);
});
