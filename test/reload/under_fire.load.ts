import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { eventually } from "../base/eventually.ts";
import { childrenOf } from "../controller/workers_bed.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import type { RecordedRequest } from "../wire/recording.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { brokenConfigurations, goodConfiguration } from "./configurations.ts";
import { RunningConfig } from "./running_config.ts";
import { SteadySenders } from "./steady_senders.ts";

/** PYRODUCT_RELOAD_SECONDS makes it longer. */
const seconds = Number(process.env["PYRODUCT_RELOAD_SECONDS"] ?? "2");
const reloadsPerSecond = 50;
const senders = 6;

setDefaultTimeout(testTimeoutMs + 2000 * seconds);

describe(`${reloadsPerSecond} reloads a second for ${seconds} s, one in three of a broken file`, () => {
  const title = "no request fails, no connection ends, every profile arrives once, and no memory stays";
  test.each([1, 2])(`${title}, with %i workers`, async (workers) => {
    await using common = await RecordingSink.start();
    await using extra = await RecordingSink.start();
    const destinations = { common: common.url, extra: extra.url };
    await using pyroduct = await PyroductProcess.start(goodConfiguration(1, destinations), {
      arguments: [`--workers=${workers}`],
    });
    const config = new RunningConfig(pyroduct);
    const broken = brokenConfigurations(destinations, Number(new URL(common.url).port));
    const load = await SteadySenders.start(pyroduct.receiver, senders);
    await eventually(
      "the load",
      () => load.sent.length === senders && load.sent.every((count) => count > 50),
    );
    const before = residentBytes(pyroduct.pid);

    const rounds = seconds * reloadsPerSecond;
    const startedAt = performance.now();
    const reloads: Record<string, number> = {};
    for (let round = 1; round <= rounds; round += 1) {
      const isBroken = round % 3 === 2;
      config.replace(
        isBroken ? (broken[round % broken.length] ?? "") : goodConfiguration(round, destinations),
      );
      // A signal asks for the same as the request after it, which ends when both are done.
      if (round % 5 === 0) config.hangUp();
      const { status } = await config.reload();
      const health = await config.health();
      const told = `${isBroken ? "broken" : "good"} ${status} ${health.status} ${health.text.includes("configuration:")}`;
      reloads[told] = (reloads[told] ?? 0) + 1;
      await Bun.sleep(Math.max(0, startedAt + (round * 1000) / reloadsPerSecond - performance.now()));
    }
    const brokenRounds = Math.floor((rounds + 1) / 3);
    expect(reloads).toEqual({
      "broken 400 500 true": brokenRounds,
      "good 200 200 false": rounds - brokenRounds,
    });

    await load.end();
    expect(load.faults).toEqual([]);
    const starts = pyroduct.log.filter(
      (line) => line["msg"] === "listening" && line["component_id"] === "pyroscope.receive_http.r",
    );
    expect(starts).toHaveLength(workers);
    expect(bodiesOf(common)).toEqual(load.bodies.toSorted());
    const versions = common.recording.requests.map(versionsOf);
    expect(versions.filter(({ relabelled, external }) => relabelled !== external)).toEqual([]);
    expect(new Set(versions.map(({ external }) => external)).size).toBeGreaterThan(rounds / 10);
    const atExtra = bodiesOf(extra);
    expect(atExtra.length).toBeGreaterThan(0);
    expect(new Set(atExtra).size).toBe(atExtra.length);
    // A configuration reaches the other destination with all of its profiles or none.
    expect(atExtra).toEqual(bodiesOf(common, (version) => version % 3 === 0));
    await eventually(
      "the memory to be back",
      () => residentBytes(pyroduct.pid) < before * 1.2 + 20e6,
      10_000,
    );
  });
});

function versionsOf({ query }: RecordedRequest) {
  const name = new URLSearchParams(query).get("name") ?? "";
  const labels = Object.fromEntries([...name.matchAll(/(\w+)=(\w+)/g)].map(([, key, value]) => [key, value]));
  return { relabelled: labels["relabelled"], external: labels["external"] };
}

/** The bodies that a sink has got, sorted, those of such versions alone. */
function bodiesOf(sink: RecordingSink, isWanted: (version: number) => boolean = () => true): string[] {
  return sink.recording.requests
    .filter((request) => isWanted(Number(versionsOf(request).external?.slice(1))))
    .map(({ body }) => new TextDecoder().decode(body))
    .toSorted();
}

/** Linux's count of the pages that a process and its workers have in memory. */
function residentBytes(pid: number): number {
  const pages = [pid, ...childrenOf(pid)].map(
    (one) => readFileSync(`/proc/${one}/statm`, "utf8").split(" ")[1],
  );
  return pages.reduce((sum, count) => sum + Number(count), 0) * 4096;
}
