import { expect, test } from "bun:test";
import { DrainRate } from "../../../src/write/queue/drain_rate.ts";
import { FakeClock } from "../../base/fake_clock.ts";

/** Sends bodies of that size as fast as the rate allows; returns bytes a second. */
async function sentIn(rate: DrainRate, clock: FakeClock, seconds: number, bytes: number): Promise<number> {
  const endsAt = clock.now() + seconds * 1000;
  let sent = 0;
  while (clock.now() < endsAt) {
    if (rate.waitMs > 0) await clock.advance(rate.waitMs);
    rate.take(bytes);
    sent += bytes;
  }
  return sent / seconds;
}

test.each([1000, 40_000, 500_000])(
  "in the long run no more goes out than the rate says, in bodies of %d bytes",
  async (bytes) => {
    const clock = new FakeClock();
    const perSecond = await sentIn(new DrainRate(1_000_000, clock), clock, 20, bytes);
    expect(perSecond).toBeGreaterThan(970_000);
    expect(perSecond).toBeLessThan(1_060_000);
  },
);

test("it halves when there is too much, once in a second", async () => {
  const clock = new FakeClock();
  const rate = new DrainRate(800_000, clock);
  for (let count = 0; count < 8; count += 1) rate.halve();
  expect(rate.bytesPerSecond).toBe(400_000);
  await clock.advance(1000);
  expect(rate.bytesPerSecond).toBe(440_000);
  rate.halve();
  expect(rate.bytesPerSecond).toBe(220_000);
});

test("it never falls so low that it ends", async () => {
  const clock = new FakeClock();
  const rate = new DrainRate(640_000, clock);
  for (let count = 0; count < 100; count += 1) {
    rate.halve();
    await clock.advance(1000);
  }
  expect(rate.bytesPerSecond).toBeGreaterThan(10_000);
});

test("it comes back step by step, and no higher than it was", async () => {
  const clock = new FakeClock();
  const rate = new DrainRate(1_000_000, clock);
  rate.halve();
  const seen: number[] = [];
  for (let second = 0; second < 12; second += 1) {
    await clock.advance(1000);
    seen.push(rate.bytesPerSecond);
  }
  expect(seen.slice(0, 3)).toEqual([550_000, 600_000, 650_000]);
  expect(seen.at(-1)).toBe(1_000_000);
});
