import { describe, expect, test } from "bun:test";
import { wholeShare } from "../../src/base/share.ts";
import { Pipeline } from "../../src/graph/pipeline.ts";
import { ListenerPool } from "../../src/http/listener.ts";
import { FakeClock, settled } from "../base/fake_clock.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";
import { Lifecycle, recorded } from "./recorded_component.ts";

function newPipeline() {
  const lifecycle = new Lifecycle();
  const clock = new FakeClock();
  const pipeline = new Pipeline({
    definitions: [lifecycle.definition],
    clock,
    log: new RecordedLog(),
    storagePath: "/nowhere",
    adoptedPaths: [],
    share: wholeShare,
    listeners: new ListenerPool(),
  });
  return { pipeline, lifecycle, clock };
}

/** A pipeline of `a` → `b` → `c` that runs. */
async function runningPipeline() {
  const bed = newPipeline();
  await bed.pipeline.apply([recorded("a", ["b"]), recorded("b", ["c"]), recorded("c")]);
  bed.lifecycle.take();
  const instance = (label: string) => bed.pipeline.running.get(`t.${label}`)?.component;
  return { ...bed, instance };
}

test("everything is built and started from the end of the pipeline on, and takes requests when all has started", async () => {
  const { pipeline, lifecycle } = newPipeline();
  await pipeline.apply([recorded("a", ["b", "c"]), recorded("b", ["c"]), recorded("c")]);
  expect(lifecycle.take()).toEqual([
    ..."build c, start c, build b, start b, build a, start a".split(", "),
    ..."connect(0) c, connect(1) b, connect(2) a".split(", "),
    ..."activate c, activate b, activate a".split(", "),
  ]);
});

test("the same configuration again touches nothing", async () => {
  const { pipeline, lifecycle, instance } = await runningPipeline();
  const before = ["a", "b", "c"].map(instance);
  await pipeline.apply([recorded("c"), recorded("b", ["c"]), recorded("a", ["b"])]);
  await settled();
  expect(lifecycle.take()).toEqual([]);
  expect(["a", "b", "c"].map(instance)).toEqual(before);
});

test("a change that can be taken in place leaves the component where it is", async () => {
  const { pipeline, lifecycle, instance } = await runningPipeline();
  const before = instance("b");
  await pipeline.apply([recorded("a", ["b"]), recorded("b", ["c"], { soft: 5 }), recorded("c")]);
  expect(instance("b")).toBe(before);
  expect(lifecycle.take().filter((event) => /build|start|stop|a$|c$/.test(event))).toEqual(["connect(1) a"]);
});

test("a change that is prepared happens when it is committed, and not where it is rolled back", async () => {
  const { pipeline, lifecycle } = await runningPipeline();
  const before = pipeline.running;
  const next = [recorded("a", ["b"]), recorded("b", ["c"], { soft: 5 }), recorded("c"), recorded("d")];
  const dropped = await pipeline.prepare(next);
  expect([pipeline.running, lifecycle.take()]).toEqual([before, ["build d", "start d"]]);
  await dropped.rollback();
  expect([pipeline.running, lifecycle.take()]).toEqual([before, ["stop(0) d"]]);
  const change = await pipeline.prepare(next);
  lifecycle.take();
  change.commit();
  expect([...pipeline.running.keys()].toSorted()).toEqual(["t.a", "t.b", "t.c", "t.d"]);
  expect(lifecycle.take()).toContain("update(5) b");
});

test("a change that can't be builds a new component first and stops the old one afterwards", async () => {
  const { pipeline, lifecycle, instance } = await runningPipeline();
  const before = instance("b");
  await pipeline.apply([recorded("a", ["b"]), recorded("b", ["c"], { hard: 5 }), recorded("c")]);
  await settled();
  expect(instance("b")).not.toBe(before);
  expect(lifecycle.take()).toEqual([
    "build b",
    "start b",
    "connect(1) b",
    "connect(1) a",
    "activate b",
    "stop(30000) b",
  ]);
});

test("a change of the wiring alone restarts nothing", async () => {
  const { pipeline, lifecycle, instance } = await runningPipeline();
  const before = ["a", "b", "c"].map(instance);
  await pipeline.apply([recorded("a", ["b", "c"]), recorded("b", ["c"]), recorded("c")]);
  await settled();
  expect(lifecycle.take()).toEqual(["connect(2) a"]);
  expect(["a", "b", "c"].map(instance)).toEqual(before);
});

test("a component that is added is connected to, and nothing else is started anew", async () => {
  const { pipeline, lifecycle } = await runningPipeline();
  await pipeline.apply([recorded("a", ["b", "d"]), recorded("b", ["c"]), recorded("c"), recorded("d")]);
  expect(lifecycle.take()).toEqual(["build d", "start d", "connect(0) d", "connect(2) a", "activate d"]);
});

describe("where something new can't start", () => {
  async function failing() {
    const bed = await runningPipeline();
    const before = bed.pipeline.running;
    const next = [
      recorded("a", ["b", "d", "e"]),
      recorded("b", ["c"], { soft: 5 }),
      recorded("c", [], { hard: 5 }),
      recorded("d"),
      recorded("e", [], { isBroken: true }),
    ];
    const failure = await bed.pipeline.apply(next).catch((thrown: unknown) => thrown);
    await settled();
    return { ...bed, before, failure };
  }

  test("the reason is told", async () => {
    expect((await failing()).failure).toMatchObject({ code: "unavailable", message: "e can't start" });
  });

  test("the old goes on as it was", async () => {
    const { pipeline, before } = await failing();
    expect(pipeline.running).toBe(before);
  });

  test("what was started is stopped, nothing is changed in place, and nothing takes requests", async () => {
    const { lifecycle } = await failing();
    const events = lifecycle.take();
    expect(events.filter((event) => /stop|update/.test(event))).toEqual(["stop(0) d", "stop(0) c"]);
    expect(events.filter((event) => /connect|activate/.test(event))).toEqual([]);
  });

  test("the next configuration is taken", async () => {
    const { pipeline, lifecycle } = await failing();
    lifecycle.take();
    await pipeline.apply([recorded("a", ["b"]), recorded("b", ["c"]), recorded("c"), recorded("d")]);
    expect(lifecycle.take()).toEqual(["build d", "start d", "connect(0) d", "activate d"]);
  });
});

describe("a component that is taken out", () => {
  test("stops when the requests that may reach it have ended", async () => {
    const { pipeline, lifecycle } = await runningPipeline();
    const request = Promise.withResolvers<void>();
    lifecycle.busy.set("a", request.promise);
    await pipeline.apply([recorded("a")]);
    await settled();
    expect(lifecycle.take()).toEqual(["connect(0) a"]);
    request.resolve();
    await settled();
    expect(lifecycle.take()).toEqual(["stop(30000) b", "stop(30000) c"]);
  });

  test("is waited for when everything ends", async () => {
    const { pipeline, lifecycle } = await runningPipeline();
    const request = Promise.withResolvers<void>();
    lifecycle.busy.set("a", request.promise);
    await pipeline.apply([recorded("a")]);
    let hasStopped = false;
    const stopped = pipeline.stop(5).then(() => {
      hasStopped = true;
    });
    await settled();
    expect(hasStopped).toBe(false);
    request.resolve();
    await stopped;
    expect(lifecycle.take().slice(-2)).toEqual(["stop(30000) b", "stop(30000) c"]);
  });
});

test("at the end those who receive stop first", async () => {
  const { pipeline, lifecycle } = await runningPipeline();
  await pipeline.stop(1234);
  expect(lifecycle.take()).toEqual([
    ..."announce a, announce b, announce c".split(", "),
    ..."stop(1234) a, stop(1234) b, stop(1234) c".split(", "),
  ]);
});

test("what one takes of the time at the end the next ones have less", async () => {
  const { pipeline, lifecycle, clock } = await runningPipeline();
  lifecycle.stopping.set("a", () => clock.advance(400));
  lifecycle.stopping.set("b", () => clock.advance(700));
  await pipeline.stop(1000);
  expect(lifecycle.take().slice(-3)).toEqual(["stop(1000) a", "stop(600) b", "stop(0) c"]);
});

test("a component that is built anew goes on counting", async () => {
  const { pipeline } = await runningPipeline();
  await pipeline.apply([recorded("a", ["b"]), recorded("b", ["c"], { hard: 5 }), recorded("c")]);
  const families = await pipeline.running.get("t.b")?.metrics.families();
  expect(families?.[0]?.samples).toEqual([
    { name: "t_built_total", labels: { component_id: "t.b" }, value: 2 },
  ]);
});

test("a kind of component that nobody knows is a defect", async () => {
  const { pipeline } = newPipeline();
  await expect(pipeline.apply([{ ...recorded("a"), type: "unknown" }])).rejects.toThrow(
    "no component type unknown",
  );
});
