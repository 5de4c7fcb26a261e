import { afterEach, beforeEach, expect, test } from "bun:test";
import { type StopSignals, stopSignals } from "../../src/cli/stop_signal.ts";
import { FakeClock, settled } from "../base/fake_clock.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";

const names = ["SIGTERM", "SIGINT"] as const;
const before = new Map(names.map((name) => [name, process.listeners(name)]));

const clock = new FakeClock();
let log = new RecordedLog();
let seen: string[] = [];

beforeEach(() => {
  log = new RecordedLog();
  seen = [];
  const signals: StopSignals = stopSignals(log, clock);
  void signals.first.then(() => seen.push("first"));
  void signals.second.then(() => seen.push("second"));
});

afterEach(() => {
  for (const name of names) {
    const added = process.listeners(name).filter((listener) => !before.get(name)?.includes(listener));
    for (const listener of added) process.removeListener(name, listener);
  }
});

/** What has been seen after a signal, which the process only seems to get. */
async function after(signal: NodeJS.Signals): Promise<string[]> {
  process.emit(signal, signal);
  await settled();
  return [...seen];
}

test.each([...names])("%s is the first one, another later the second", async (signal) => {
  expect(await after(signal)).toEqual(["first"]);
  await clock.advance(501);
  expect(await after(signal)).toEqual(["first", "second"]);
  expect(log.messages("info")).toEqual(["signal received", "second signal, ending at once"]);
});

test("the same again at once is still the first one", async () => {
  await after("SIGINT");
  await clock.advance(500);
  expect(await after("SIGINT")).toEqual(["first"]);
});

test("another kind of signal is a second one at once", async () => {
  await after("SIGTERM");
  expect(await after("SIGINT")).toEqual(["first", "second"]);
});
