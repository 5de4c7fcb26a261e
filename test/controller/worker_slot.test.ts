import { describe, expect, test } from "bun:test";
import { CodedError } from "../../src/base/failure.ts";
import type { MetricFamily } from "../../src/telemetry/metric_family.ts";
import { settled } from "../base/fake_clock.ts";
import { portTaken, StubShard, storedBody } from "./stub_shard.ts";
import { WorkerBed } from "./worker_bed.ts";

function counter(value: number): MetricFamily {
  return { name: "c_total", help: "", type: "counter", samples: [{ name: "c_total", labels: {}, value }] };
}

async function counted(bed: WorkerBed): Promise<number | undefined> {
  return (await bed.slot.metrics()).find(({ name }) => name === "c_total")?.samples[0]?.value;
}

describe("the first worker of a place", () => {
  test("is told what it is, and can be called", async () => {
    const bed = new WorkerBed();
    bed.log.level = "debug";
    expect([bed.slot.running, bed.slot.problem]).toEqual([undefined, "it has not been started"]);
    await bed.open();
    expect(bed.slot.problem).toBeUndefined();
    expect(bed.worker.settings).toMatchObject({ index: 1, storagePath: "/state/shard-1", logLevel: "debug" });
    bed.worker.shard.stored = [storedBody("1")];
    expect(await bed.slot.running?.getProfile("1")).toEqual(storedBody("1"));
    // Whoever starts all of them gives it its configuration.
    expect(bed.configured).toEqual([]);
  });

  test.each([
    ["it ends", async (bed: WorkerBed) => bed.end("exit status 3"), "exit status 3"],
    ["it says nothing", async (bed: WorkerBed) => bed.clock.advance(20_000), "it says nothing"],
    ["it says nonsense", async (bed: WorkerBed) => bed.worker.babble(), "SIGKILL"],
  ])("can't be started where %s", async (_, happens, reason) => {
    const bed = new WorkerBed();
    bed.isPrompt = false;
    const opened = bed.open().catch((thrown: unknown) => thrown);
    await settled();
    await happens(bed);
    const problem = await opened;
    expect(problem).toBeInstanceOf(CodedError);
    expect(String(problem)).toContain(`worker 1 can't be started: ${reason}`);
    expect([bed.worker.isKilled, bed.slot.running]).toEqual([true, undefined]);
  });
});

describe("a worker that ends", () => {
  test("is told once, is missed meanwhile, and another gets the configuration", async () => {
    const bed = await WorkerBed.opened();
    await bed.end("exit status 1");
    expect([bed.slot.running, bed.slot.problem]).toEqual([undefined, "ended: exit status 1"]);
    await bed.clock.advance(200);
    expect([bed.workers.length, bed.configured.length, bed.slot.problem]).toEqual([2, 1, undefined]);
    expect(bed.log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "error worker ended, another takes its place",
      "info worker is up again",
    ]);
    expect(bed.log.lines[0]?.fields).toMatchObject({ worker: 1, pid: 100, reason: "exit status 1" });
  });

  test("again and again is waited for longer each time, half a minute at most", async () => {
    const bed = await WorkerBed.opened();
    const waits: number[] = [];
    for (let n = 1; n <= 12; n += 1) {
      await bed.end("exit status 1");
      waits.push(Number(bed.log.lines.at(-1)?.fields["wait_ms"]));
      await bed.clock.advance(30_000);
      expect(bed.workers).toHaveLength(n + 1);
    }
    const bounds = waits.map((_, n) => [Math.min(100 * 2 ** n, 30_000), Math.min(200 * 2 ** n, 30_000)]);
    expect(waits.filter((wait, n) => wait < (bounds[n]?.[0] ?? 0) || wait > (bounds[n]?.[1] ?? 0))).toEqual(
      [],
    );
    expect(waits.at(-1)).toBe(30_000);
  });

  test("after a minute is replaced as fast as the first time", async () => {
    const bed = await WorkerBed.opened();
    for (let n = 0; n < 6; n += 1) {
      await bed.end("exit status 1");
      await bed.clock.advance(7000);
    }
    await bed.clock.advance(60_000);
    await bed.end("exit status 1");
    expect(Number(bed.log.lines.at(-1)?.fields["wait_ms"])).toBeLessThanOrEqual(200);
  });

  test("is replaced again where the next one can't use the configuration, which is told", async () => {
    const bed = await WorkerBed.opened();
    bed.failure = portTaken();
    await bed.clock.advance(500);
    const endedAt = bed.clock.wall();
    await bed.end("exit status 1");
    await bed.clock.advance(200);
    expect([bed.worker.isKilled, bed.slot.running]).toEqual([true, undefined]);
    expect(bed.slot.problem).toContain(portTaken().message);
    expect(bed.log.lines.at(-1)?.fields["reason"]).toBe(portTaken().message);
    // It is missing since the first has ended.
    expect(bed.slot.problemSinceMs).toBe(endedAt);
    bed.failure = undefined;
    await bed.clock.advance(400);
    expect([bed.workers.length, bed.slot.problem]).toEqual([3, undefined]);
  });

  test("leaves what it had counted, also while there is no other", async () => {
    const bed = await WorkerBed.opened();
    bed.worker.shard.families = [counter(5)];
    expect(await counted(bed)).toBe(5);
    await bed.end("exit status 1");
    expect(await counted(bed)).toBe(5);
    await bed.clock.advance(200);
    bed.worker.shard.families = [counter(2)];
    expect(await counted(bed)).toBe(7);
    const own = (await bed.slot.metrics()).filter(({ name }) => name.startsWith("pyroduct_worker"));
    expect(own.map(({ name, samples }) => [name, samples[0]?.value])).toEqual([
      ["pyroduct_workers", 1],
      ["pyroduct_worker_restarts_total", 1],
    ]);
  });
});

/** What is known of a counter and an edge when somebody looks. */
async function seen({ slot }: WorkerBed): Promise<unknown[]> {
  const [[family], { edges }] = await Promise.all([slot.readMetrics(["c_total"]), slot.flow()]);
  return [family?.samples[0]?.value, edges.map(({ profiles }) => profiles)];
}

describe("what those see who look at a worker", () => {
  const health = { state: "healthy", message: "", sinceMs: 0 } as const;
  const component = { id: "a", address: undefined, health, recent: [], endpoints: [] };
  const flow = (profiles: number) => ({
    components: [component],
    edges: [{ from: "a", to: "b", profiles, bytes: 1 }],
  });

  test("never falls, whatever becomes of the process", async () => {
    const bed = await WorkerBed.opened();
    bed.worker.shard.families = [counter(5), { ...counter(1), name: "other_total" }];
    bed.worker.shard.flowNow = flow(50);
    expect(await seen(bed)).toEqual([5, [50]]);
    await bed.end("exit status 1");
    expect(await seen(bed)).toEqual([5, [50]]);
    await bed.clock.advance(200);
    bed.worker.shard.families = [counter(2)];
    bed.worker.shard.flowNow = flow(20);
    expect(await seen(bed)).toEqual([7, [70]]);
    expect(await seen(bed)).toEqual([7, [70]]);
    // Nobody has looked at it but for some of its metrics.
    expect(await counted(bed)).toBe(7);
    bed.worker.shard.families = [counter(3)];
    bed.worker.shard.flow = async () => {
      throw new CodedError("deadline_exceeded", "no answer");
    };
    expect(await seen(bed)).toEqual([8, [70]]);
    await bed.end("exit status 1");
    expect(await seen(bed)).toEqual([8, [70]]);
  });

  test("is without what a reload has taken out", async () => {
    const bed = await WorkerBed.opened();
    const sample = { name: "c_total", labels: { component_id: "gone" }, value: 5 };
    bed.worker.shard.families = [{ ...counter(5), samples: [sample] }];
    bed.worker.shard.flowNow = { components: [], edges: [{ from: "gone", to: "b", profiles: 1, bytes: 1 }] };
    expect(await seen(bed)).toEqual([5, [1]]);
    await bed.end("exit status 1");
    await bed.clock.advance(200);
    bed.worker.shard.flowNow = flow(2);
    bed.worker.shard.families = [];
    await bed.slot.flow();
    expect(await seen(bed)).toEqual([undefined, [2]]);
  });
});

describe("a worker that stays", () => {
  test("without a sign of life is ended, and replaced", async () => {
    const bed = new WorkerBed();
    bed.isPrompt = false;
    const opened = bed.open();
    await settled();
    const mute = new StubShard();
    mute.health = () => new Promise(() => {});
    bed.worker.becomeReady(mute);
    await opened;
    bed.isPrompt = true;
    // Three times in a row, each looked for after ten seconds and waited for during five.
    await bed.clock.advance(44_000);
    expect(bed.workers[0]?.isKilled).toBe(false);
    await bed.clock.advance(2000);
    expect([bed.workers[0]?.isKilled, bed.workers.length, bed.slot.problem]).toEqual([true, 2, undefined]);
  });

  test("with signs of life is left alone", async () => {
    const bed = await WorkerBed.opened();
    await bed.clock.advance(600_000);
    expect([bed.workers.length, bed.worker.isKilled]).toEqual([1, false]);
  });

  test("but says nonsense is ended, and nothing of it is told", async () => {
    const bed = await WorkerBed.opened();
    bed.worker.babble();
    await settled();
    expect(bed.worker.isKilled).toBe(true);
    expect(JSON.stringify(bed.log.lines)).not.toContain("hunter2");
    await bed.clock.advance(200);
    expect(bed.slot.problem).toBeUndefined();
  });
});

describe("the end of a place", () => {
  test("is the shard's first, with its grace, and then the process's", async () => {
    const bed = await WorkerBed.opened();
    await bed.slot.stop(5);
    expect([bed.worker.shard.ends, bed.worker.isLetGo, bed.worker.isKilled]).toEqual([
      ["stopped 5"],
      true,
      false,
    ]);
    await bed.clock.advance(60_000);
    expect(bed.workers).toHaveLength(1);
    expect(bed.log.lines).toEqual([]);
  });

  test("does not wait for a shard that gives no sign of life", async () => {
    const bed = new WorkerBed();
    bed.isPrompt = false;
    const opened = bed.open();
    await settled();
    const mute = new StubShard();
    mute.stop = () => new Promise(() => {});
    mute.health = () => new Promise(() => {});
    bed.worker.becomeReady(mute);
    await opened;
    const stopped = bed.slot.stop();
    await bed.clock.advance(46_000);
    await stopped;
    expect([bed.worker.isKilled, bed.workers.length]).toEqual([true, 1]);
  });

  test("does not wait for a process that stays", async () => {
    const bed = await WorkerBed.opened();
    bed.worker.letGo = () => {};
    const stopped = bed.slot.stop(0);
    await settled();
    await bed.clock.advance(5000);
    await stopped;
    expect(bed.worker.isKilled).toBe(true);
  });

  test("while one is to be replaced leaves it at that", async () => {
    const bed = await WorkerBed.opened();
    await bed.end("exit status 1");
    await bed.slot.stop();
    await bed.clock.advance(60_000);
    expect(bed.workers).toHaveLength(1);
  });
});
