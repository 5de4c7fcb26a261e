import { expect, test } from "bun:test";
import { sleep, systemClock } from "../../src/base/clock.ts";

test("the machine's clock goes on and fires its timers", async () => {
  const before = systemClock.now();
  expect(await sleep(systemClock, 5)).toBe(true);
  expect(systemClock.now() - before).toBeGreaterThanOrEqual(4);
});

test("a delay longer than a runtime timer takes does not fire at once", async () => {
  let hasFired = false;
  const timer = systemClock.schedule(2 ** 40, () => {
    hasFired = true;
  });
  await sleep(systemClock, 5);
  timer.cancel();
  expect(hasFired).toBe(false);
});

test("a timer that is cancelled does not fire", async () => {
  let hasFired = false;
  systemClock
    .schedule(1, () => {
      hasFired = true;
    })
    .cancel();
  await sleep(systemClock, 10);
  expect(hasFired).toBe(false);
});
