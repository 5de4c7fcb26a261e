import { expect, test } from "bun:test";
import { RepeatedLog } from "../../src/telemetry/repeated_log.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { RecordedLog } from "./recorded_log.ts";

function repeated() {
  const clock = new FakeClock();
  const log = new RecordedLog();
  return { clock, log, repeated: new RepeatedLog(log, clock) };
}

test("the first failure is told at once", () => {
  const bed = repeated();
  bed.repeated.warn("k", "failed", { reason: "x" });
  expect(bed.log.lines).toEqual([{ level: "warn", message: "failed", fields: { reason: "x" } }]);
});

test("what repeats is one line in ten seconds, with a count", async () => {
  const bed = repeated();
  for (let second = 0; second < 10; second += 1) {
    bed.repeated.warn("k", "failed", { reason: "x" });
    await bed.clock.advance(1000);
  }
  expect(bed.log.lines.map(({ fields }) => fields)).toEqual([{ reason: "x" }, { reason: "x", times: 9 }]);
});

test("what goes on failing goes on being told, a line each ten seconds", async () => {
  const bed = repeated();
  for (let second = 0; second < 60; second += 1) {
    bed.repeated.warn("k", "failed", {});
    await bed.clock.advance(1000);
  }
  expect(bed.log.lines).toHaveLength(7);
});

test("what failed once is told once", async () => {
  const bed = repeated();
  bed.repeated.warn("k", "failed", {});
  await bed.clock.advance(60_000);
  expect(bed.log.lines).toHaveLength(1);
  expect(bed.clock.pending).toBe(0);
});

test("after a quiet time the next failure is told at once again", async () => {
  const bed = repeated();
  bed.repeated.warn("k", "failed", {});
  await bed.clock.advance(10_000);
  bed.repeated.warn("k", "failed", {});
  expect(bed.log.lines).toHaveLength(2);
});

test("failures of different kinds do not hide one another", () => {
  const bed = repeated();
  bed.repeated.warn("a", "failed", { reason: "a" });
  bed.repeated.warn("b", "failed", { reason: "b" });
  expect(bed.log.lines.map(({ fields }) => fields["reason"])).toEqual(["a", "b"]);
});

test("a flood of different kinds takes no more than so much memory", () => {
  const bed = repeated();
  for (let kind = 0; kind < 5000; kind += 1) bed.repeated.warn(`k${kind}`, "failed", {});
  expect(bed.clock.pending).toBe(1000);
});
