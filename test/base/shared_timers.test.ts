import { expect, test } from "bun:test";
import fc from "fast-check";
import { SharedTimers, spanMs } from "../../src/base/shared_timers.ts";
import { FakeClock } from "./fake_clock.ts";

/** Sets timers as planned and tells when each fired, in milliseconds from the start. */
async function firedAt(plans: readonly Plan[]): Promise<number[][]> {
  const clock = new FakeClock();
  const timers = new SharedTimers(clock);
  const fired = plans.map(({ delayMs, cancelAtMs }) => {
    const times: number[] = [];
    const timer = timers.schedule(delayMs, () => times.push(clock.now()));
    clock.schedule(cancelAtMs, () => timer.cancel());
    return times;
  });
  await clock.advance(1000);
  expect(clock.pending).toBe(0);
  return fired;
}

interface Plan {
  readonly delayMs: number;
  readonly cancelAtMs: number;
}

test("each fires once, never early and at most a span late, unless it was cancelled before", async () => {
  const plan = fc.record({ delayMs: fc.nat(200), cancelAtMs: fc.nat(400) });
  await fc.assert(
    fc.asyncProperty(fc.array(plan, { maxLength: 20 }), async (plans) => {
      for (const [index, times] of (await firedAt(plans)).entries()) {
        const { delayMs, cancelAtMs } = plans[index] as Plan;
        const least = cancelAtMs > delayMs + spanMs ? 1 : 0;
        const most = cancelAtMs < delayMs ? 0 : 1;
        expect(times.length).toBeWithin(least, most + 1);
        for (const at of times) expect(at).toBeWithin(delayMs, delayMs + spanMs + 1);
      }
    }),
  );
});

test("however many there are, they take one timer of the runtime, and give it back", async () => {
  const clock = new FakeClock();
  const timers = new SharedTimers(clock);
  const fired: number[] = [];
  const set = Array.from({ length: 100 }, (_, index) =>
    timers.schedule(1000 + index * 20, () => fired.push(index)),
  );
  expect(clock.pending).toBe(1);
  for (const timer of set.slice(1)) timer.cancel();
  expect(clock.pending).toBe(1);
  await clock.advance(5000);
  expect({ fired, pending: clock.pending }).toEqual({ fired: [0], pending: 0 });
});

test("the runtime's timer keeps the process alive only while somebody waits", () => {
  const alive: boolean[] = [];
  const own = { cancel: () => {}, keepAlive: (isNeeded: boolean) => alive.push(isNeeded) };
  const timers = new SharedTimers({ now: () => 0, schedule: () => own });
  const first = timers.schedule(1000, () => {});
  const second = timers.schedule(2000, () => {});
  first.cancel();
  expect(alive).toEqual([]);
  second.cancel();
  timers.schedule(3000, () => {});
  expect(alive).toEqual([false, true]);
});

test("one that is cancelled by another of its span does not fire", async () => {
  const clock = new FakeClock();
  const timers = new SharedTimers(clock);
  const fired: string[] = [];
  timers.schedule(100, () => {
    fired.push("first");
    second.cancel();
  });
  const second = timers.schedule(100, () => fired.push("second"));
  await clock.advance(200);
  expect(fired).toEqual(["first"]);
});
