import { expect, test } from "bun:test";
import { InFlight } from "../../src/base/in_flight.ts";
import { FakeClock } from "./fake_clock.ts";

test("with nothing under way there is nothing to wait for", async () => {
  const clock = new FakeClock();
  expect(await new InFlight().idle(clock, 1000)).toBe(true);
  expect(clock.pending).toBe(0);
});

test("the wait ends when the last work ends", async () => {
  const clock = new FakeClock();
  const inFlight = new InFlight();
  inFlight.begin();
  inFlight.begin();
  const idle = inFlight.idle(clock, 1000);
  inFlight.end();
  expect(inFlight.count).toBe(1);
  inFlight.end();
  expect(await idle).toBe(true);
  expect(clock.pending).toBe(0);
});

test("the wait ends with its time where work goes on", async () => {
  const clock = new FakeClock();
  const inFlight = new InFlight();
  inFlight.begin();
  const idle = inFlight.idle(clock, 1000);
  await clock.advance(1000);
  expect(await idle).toBe(false);
  expect(inFlight.count).toBe(1);
});

test("several may wait for the same end", async () => {
  const clock = new FakeClock();
  const inFlight = new InFlight();
  inFlight.begin();
  const both = Promise.all([inFlight.idle(clock, 1000), inFlight.idle(clock, 2000)]);
  inFlight.end();
  await clock.advance(2000);
  expect(await both).toEqual([true, true]);
});
