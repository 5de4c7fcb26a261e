import { expect, test } from "bun:test";
import { sleep } from "../../src/base/clock.ts";
import { FakeClock, fakeEpochMs } from "./fake_clock.ts";

test("the fake clock fires in order of time, each at its own moment", async () => {
  const clock = new FakeClock();
  const fired: [string, number][] = [];
  for (const [name, delayMs] of [
    ["late", 30],
    ["early", 10],
    ["middle", 20],
    ["middle too", 20],
  ] as const) {
    clock.schedule(delayMs, () => fired.push([name, clock.now()]));
  }
  await clock.advance(25);
  expect(fired).toEqual([
    ["early", 10],
    ["middle", 20],
    ["middle too", 20],
  ]);
  expect([clock.now(), clock.wall(), clock.pending]).toEqual([25, fakeEpochMs + 25, 1]);
});

test("what a timer schedules fires in the same advance where it falls due", async () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  const again = () => {
    fired.push(clock.now());
    clock.schedule(10, again);
  };
  clock.schedule(10, again);
  await clock.advance(35);
  expect(fired).toEqual([10, 20, 30]);
});

test("a cancelled timer does not fire", async () => {
  const clock = new FakeClock();
  let hasFired = false;
  clock
    .schedule(1, () => {
      hasFired = true;
    })
    .cancel();
  await clock.advance(10);
  expect(hasFired).toBe(false);
});

test("sleep ends with its time, or with its signal", async () => {
  const clock = new FakeClock();
  const leave = new AbortController();
  const whole = sleep(clock, 100);
  const cut = sleep(clock, 100, leave.signal);
  await clock.advance(50);
  leave.abort();
  expect(await cut).toBe(false);
  expect(clock.pending).toBe(1);
  await clock.advance(50);
  expect(await whole).toBe(true);
});

test("sleep does not begin where its signal has been given already", async () => {
  const clock = new FakeClock();
  expect(await sleep(clock, 100, AbortSignal.abort())).toBe(false);
  expect(clock.pending).toBe(0);
});
