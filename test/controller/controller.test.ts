import { describe, expect, test } from "bun:test";
import type { ComponentHealth } from "../../src/controller/shard.ts";
import { fakeEpochMs, settled } from "../base/fake_clock.ts";
import { ControllerBed, writeConfig } from "./controller_bed.ts";
import { portTaken, StubShard, storedBody } from "./stub_shard.ts";

async function startedBed(text = writeConfig("a")): Promise<ControllerBed> {
  const bed = new ControllerBed(text);
  await bed.controller.start();
  return bed;
}

function health(id: string, state: "healthy" | "unhealthy", message: string = state): ComponentHealth {
  return { id, address: undefined, health: { state, message, sinceMs: fakeEpochMs } };
}

async function healthMetric({ controller }: ControllerBed): Promise<Record<string, number>> {
  const families = await controller.metrics();
  const samples = families.find(({ name }) => name === "pyroduct_component_healthy")?.samples ?? [];
  return Object.fromEntries(samples.map(({ labels, value }) => [labels["component_id"] ?? "", value]));
}

describe("start", () => {
  test("applies the configuration and is ready", async () => {
    const bed = new ControllerBed(writeConfig("a"));
    expect(bed.controller.isReady).toBe(false);
    expect(await bed.controller.start()).toEqual({ ok: true });
    expect([bed.controller.isReady, bed.stub.applied]).toEqual([true, [["pyroscope.write.a"]]]);
  });

  test("starts nothing of a configuration that is wrong, and tells all of it", async () => {
    const bed = new ControllerBed("pyroscope.write:\n  a: {}\n  b-c: {endpoint: {url: http://a}}\n");
    expect(await bed.controller.start()).toMatchObject({
      ok: false,
      problems: [
        expect.stringMatching(/^pyroduct\.yaml:2:\d+: pyroscope\.write\.a\.endpoint: is required$/),
        expect.stringMatching(/^pyroduct\.yaml:3:3: pyroscope\.write\.b-c: a label may only hold/),
      ],
    });
    expect([bed.controller.isReady, bed.stub.applied]).toEqual([false, []]);
  });

  test("tells what kept something from starting, and how to call it", async () => {
    const bed = new ControllerBed(writeConfig("a"));
    bed.stub.failure = portTaken();
    expect(await bed.controller.start()).toMatchObject({
      ok: false,
      problems: [portTaken().message],
      code: "already_exists",
    });
    expect(bed.controller.isReady).toBe(false);
  });
});

describe("reload", () => {
  test("changes to what stands in the file now", async () => {
    const bed = await startedBed();
    bed.source.text = writeConfig("b");
    expect(await bed.controller.reload()).toEqual({ ok: true });
    expect(bed.stub.applied).toEqual([["pyroscope.write.a"], ["pyroscope.write.b"]]);
    expect(bed.log.messages("info")).toContain("configuration reloaded");
  });

  test("changes nothing where the file is wrong, and is unhealthy until it is right", async () => {
    const bed = await startedBed();
    bed.source.text = "pyroscope.write: 5";
    const result = await bed.controller.reload();
    expect(result).toMatchObject({
      ok: false,
      problems: ["pyroduct.yaml:1:18: pyroscope.write: expected a mapping"],
    });
    expect(bed.stub.applied).toHaveLength(1);
    expect(await bed.controller.unhealthy()).toMatchObject([
      { id: "configuration", message: expect.stringContaining("pyroduct.yaml:1:18: pyroscope.write") },
    ]);
    expect(bed.log.messages("error")).toEqual(["configuration refused, the one in use stays"]);
    expect(bed.controller.isReady).toBe(true);
    bed.source.text = writeConfig("a");
    await bed.controller.reload();
    expect(await bed.controller.unhealthy()).toEqual([]);
  });

  test("is told where something new can't start, and the next one goes from the old", async () => {
    const bed = await startedBed();
    bed.source.text = writeConfig("b");
    bed.stub.failure = portTaken();
    expect(await bed.controller.reload()).toMatchObject({ ok: false, code: "already_exists" });
    expect((await bed.controller.components()).map(({ localID }) => localID)).toEqual(["pyroscope.write.a"]);
    expect(await bed.controller.reload()).toEqual({ ok: true });
  });

  test("runs one at a time, in the order that they were asked for", async () => {
    const bed = await startedBed();
    const gate = Promise.withResolvers<void>();
    bed.stub.gate = gate.promise;
    bed.source.text = writeConfig("b");
    const first = bed.controller.reload();
    const second = bed.controller.reload();
    await settled();
    bed.source.text = writeConfig("c");
    gate.resolve();
    expect([await first, await second]).toEqual([{ ok: true }, { ok: true }]);
    expect(bed.stub.applied.slice(1)).toEqual([["pyroscope.write.b"], ["pyroscope.write.c"]]);
  });

  test("works again after one that failed in a way that nobody expected", async () => {
    const bed = await startedBed();
    bed.stub.failure = new Error("a defect");
    await expect(bed.controller.reload()).rejects.toThrow("a defect");
    expect(await bed.controller.reload()).toEqual({ ok: true });
  });

  test("no secret is told or logged, right or wrong", async () => {
    const bed = await startedBed();
    const secret = "hunter2-do-not-show";
    for (const more of ["", ", nmae: x", ", name: 5", "}"]) {
      bed.source.text = `pyroscope.write: {a: {endpoint: {url: http://a, bearer_token: "${secret}"${more}}}}\n`;
      const result = await bed.controller.reload();
      const said = [result, bed.log.lines, await bed.controller.components(), bed.controller.config()];
      expect(JSON.stringify([...said, await bed.controller.unhealthy()])).not.toContain(secret);
    }
    expect(JSON.stringify(bed.controller.config())).toContain("(secret)");
  });
});

describe("with several shards", () => {
  test("all change", async () => {
    const shards = [new StubShard(), new StubShard()];
    await new ControllerBed(writeConfig("a"), shards).controller.start();
    expect(shards.map(({ applied }) => applied)).toEqual([[["pyroscope.write.a"]], [["pyroscope.write.a"]]]);
  });

  test("or none: what the others have prepared is forgotten", async () => {
    const shards = [new StubShard(), new StubShard(), new StubShard()] as const;
    const bed = new ControllerBed(writeConfig("a"), shards);
    await bed.controller.start();
    for (const failing of shards) {
      bed.source.text = writeConfig("b");
      failing.failure = portTaken();
      expect(await bed.controller.reload()).toMatchObject({ ok: false, code: "already_exists" });
    }
    expect(shards.map(({ applied }) => applied)).toEqual(shards.map(() => [["pyroscope.write.a"]]));
    // Whatever fails first, nobody prepares after it.
    expect(shards.map(({ ends }) => ends.length)).toEqual([2, 1, 1]);
  });

  test("the first makes sure of its ports, and the others share what it has got", async () => {
    const shards = [new StubShard(), new StubShard(), new StubShard()] as const;
    const got = { "c http 127.0.0.1:0": { host: "127.0.0.1", port: 4040 } };
    shards[0].ports = got;
    const bed = new ControllerBed(writeConfig("a"), shards);
    await bed.controller.start();
    await bed.controller.reload();
    const told = shards.map(({ changes }) => changes.map(({ isFirst, ports }) => [isFirst, ports]));
    expect(told).toEqual([
      [
        [true, {}],
        [true, got],
      ],
      [
        [false, got],
        [false, got],
      ],
      [
        [false, got],
        [false, got],
      ],
    ]);
  });

  test("the log's level changes in all, and here", async () => {
    const shards = [new StubShard(), new StubShard()];
    const bed = new ControllerBed("", shards);
    await bed.controller.setLogLevel("debug");
    expect([bed.log.level, ...shards.map(({ level }) => level)]).toEqual(["debug", "debug", "debug"]);
  });

  test("metrics of equal names and labels are added up", async () => {
    const shards = [new StubShard(), new StubShard()];
    for (const shard of shards) {
      const sample = { name: "c_total", labels: { component_id: "x" }, value: 2 };
      shard.families = [{ name: "c_total", help: "Counted.", type: "counter", samples: [sample] }];
    }
    const families = await new ControllerBed("", shards).controller.metrics();
    const counted = families.filter(({ name }) => name === "c_total");
    expect(counted.flatMap(({ samples }) => samples.map(({ value }) => value))).toEqual([4]);
  });

  test("metrics tell the health of each component, and whether the configuration on disk is in use", async () => {
    const shards = [new StubShard(), new StubShard()] as const;
    shards[0].reports = [health("a", "healthy"), health("b", "healthy")];
    shards[1].reports = [health("a", "unhealthy"), health("b", "healthy")];
    const bed = new ControllerBed(writeConfig("a"), shards);
    await bed.controller.start();
    expect(await healthMetric(bed)).toEqual({ a: 0, b: 1, configuration: 1 });
    bed.source.text = "pyroscope.write: 5";
    await bed.controller.reload();
    expect(await healthMetric(bed)).toEqual({ a: 0, b: 1, configuration: 0 });
  });

  test("a component is unhealthy where one of them says so", async () => {
    const shards = [new StubShard(), new StubShard(), new StubShard()] as const;
    shards[0].reports = [health("a", "healthy"), health("b", "healthy")];
    shards[1].reports = [health("a", "unhealthy", "no answer"), health("b", "healthy")];
    shards[2].reports = [health("a", "healthy"), health("b", "healthy")];
    expect(await new ControllerBed("", shards).controller.unhealthy()).toMatchObject([
      { id: "a", message: "no answer" },
    ]);
  });

  test("what came is told by service, the most first", async () => {
    const shards = [new StubShard(), new StubShard()] as const;
    shards[0].services = [{ service_name: "a", profiles: 2, bytes: 20 }];
    shards[1].services = [
      { service_name: "b", profiles: 3, bytes: 3 },
      { service_name: "a", profiles: 2, bytes: 2 },
    ];
    expect(await new ControllerBed("", shards).controller.activity()).toEqual([
      { service_name: "a", profiles: 4, bytes: 22 },
      { service_name: "b", profiles: 3, bytes: 3 },
    ]);
  });

  test("one that does not answer is unhealthy, and keeps nobody from being told", async () => {
    const shards = [new StubShard(), new StubShard()] as const;
    const bed = new ControllerBed(writeConfig("a"), shards);
    await bed.controller.start();
    const silent = () => new Promise<never>(() => {});
    Object.assign(shards[0], { health: silent, announceStop: silent });
    shards[1].reports = [health("pyroscope.write.a", "unhealthy", "no answer")];
    const unhealthy = bed.controller.unhealthy();
    const announced = bed.controller.announceStop();
    await bed.clock.advance(5000);
    await announced;
    expect(await unhealthy).toEqual([
      { id: "shard", message: "no answer to health within 5000 ms", sinceMs: fakeEpochMs + 5000 },
      { id: "pyroscope.write.a", message: "no answer", sinceMs: fakeEpochMs },
    ]);
    expect(shards[1].ends).toEqual(["announced"]);
  });

  test("a stored profile is found in whichever has it", async () => {
    const shards = [new StubShard(), new StubShard()] as const;
    shards[0].stored = [storedBody("1")];
    shards[1].stored = [storedBody("3"), storedBody("2")];
    const { controller } = new ControllerBed("", shards);
    expect((await controller.getProfile("1"))?.profile.id).toBe("1");
    expect((await controller.getProfile("2"))?.profile.id).toBe("2");
    expect(await controller.getProfile("5")).toBeUndefined();
  });
});

describe("components", () => {
  test("are shown with their wiring, health and arguments, secrets masked", async () => {
    const bed = await startedBed(`
pyroscope.receive_http: {r: {forward_to: [pyroscope.write.a.receiver]}}
pyroscope.write: {a: {endpoint: {url: http://a, basic_auth: {username: u, password: hunter2}}}}
`);
    bed.stub.reports = [
      { ...health("pyroscope.receive_http.r", "healthy"), address: "127.0.0.1:4040" },
      health("pyroscope.write.a", "unhealthy", "no answer"),
    ];
    const updatedTime = "2026-01-02T03:04:05.000Z";
    expect(await bed.controller.components()).toEqual([
      {
        name: "pyroscope.receive_http",
        type: "block",
        localID: "pyroscope.receive_http.r",
        moduleID: "",
        label: "r",
        referencesTo: ["pyroscope.write.a"],
        referencedBy: [],
        health: { state: "healthy", message: "healthy", updatedTime },
        arguments: { forward_to: ["pyroscope.write.a.receiver"] },
        address: "127.0.0.1:4040",
      },
      {
        name: "pyroscope.write",
        type: "block",
        localID: "pyroscope.write.a",
        moduleID: "",
        label: "a",
        referencesTo: [],
        referencedBy: ["pyroscope.receive_http.r"],
        health: { state: "unhealthy", message: "no answer", updatedTime },
        arguments: { endpoint: [{ url: "http://a", basic_auth: { username: "u", password: "(secret)" } }] },
      },
    ]);
  });

  test("that do not run are unhealthy", async () => {
    const [component] = await (await startedBed()).controller.components();
    expect(component?.health).toMatchObject({ state: "unhealthy", message: "the component does not run" });
  });
});

test("before it stops it is no longer ready, and the shards know", async () => {
  const bed = await startedBed();
  await bed.controller.announceStop();
  expect([bed.controller.isReady, bed.stub.ends]).toEqual([false, ["announced"]]);
  await bed.controller.stop(5);
  expect(bed.stub.ends).toEqual(["announced", "stopped 5"]);
});
