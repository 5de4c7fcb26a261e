import { expect, test } from "bun:test";
import { ConnectionWatch } from "../../src/http/connection_watch.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";
import { freePort } from "./free_port.ts";

/** How many looks a watch has taken after so long, of which look number n takes `lookMs(n)`, all in milliseconds. */
async function looksIn(ms: number, lookMs: (look: number) => number): Promise<number> {
  const clock = new FakeClock();
  let [calls, looks, spentMs] = [0, 0, 0];
  const watch = new ConnectionWatch({
    port: freePort(),
    limits: () => {
      looks += 1;
      return { maxConnections: 0, readTimeoutMs: 1000, maxAgeMs: 0 };
    },
    serving: () => new Set(),
    clock: {
      ...clock,
      // Asked at the beginning and at the end of each look.
      now: () => {
        calls += 1;
        if (calls % 2 === 0) spentMs += lookMs(calls / 2);
        return clock.now() + spentMs;
      },
    },
    log: new RecordedLog(),
  });
  watch.start();
  await clock.advance(ms);
  watch.stop();
  return looks;
}

test("a look is taken four times a second", async () => {
  expect(await looksIn(2000, () => 1)).toBe(8);
});

test("looks that take long are further apart", async () => {
  // After 250, 500, 1500 and 2500 ms.
  expect(await looksIn(3000, () => 20)).toBe(4);
});

test("one look that was held up does not put off the next ones", async () => {
  expect(await looksIn(2000, (look) => (look === 3 ? 400 : 1))).toBe(8);
});
