import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { eventually } from "../../base/eventually.ts";
import { TemporaryFolder } from "../../base/temporary_folder.ts";
import { RecordingSink } from "../../wire/recording_sink.ts";
import { QueuedGraph, queuedConfig, quick } from "./queued_graph.ts";

/** Where nothing listens. */
const nowhere = "http://127.0.0.1:1";

const types = ["memory", "disk"] as const;

describe.each(types)("with a queue of type %s", (type) => {
  const queue = { type };

  test("a profile has arrived once it is queued, and is delivered", async () => {
    await using sink = await RecordingSink.start();
    await using bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: sink.url, queue }]));
    expect(await bed.ingest(3)).toEqual([200, 200, 200]);
    await sink.recording.request(3);
    await bed.holds(0);
  });

  test("an outage costs nothing", async () => {
    await using sink = await RecordingSink.start({ otherwise: { status: 503 } });
    await using bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: sink.url, queue }]));
    expect(await bed.ingest(20)).toEqual(Array.from({ length: 20 }, () => 200));
    await bed.holds(20);
    const recording = sink.script({});
    await recording.request(20);
    await bed.holds(0);
    const bodies = recording.requests.map(({ body }) => Buffer.from(body).toString());
    expect(new Set(bodies).size).toBe(20);
  });

  test("a profile goes out as it came, with the headers that travel", async () => {
    await using sink = await RecordingSink.start({ answers: [{ status: 503 }] });
    const endpoint = { name: "e", url: sink.url, queue, headers: { "X-Own": "1" } };
    await using bed = await QueuedGraph.start(
      queuedConfig([endpoint], { forward_headers: ["X-Scope-OrgID"] }),
    );
    await bed.ingest(1, {
      "X-Scope-OrgID": "tenant",
      "Content-Type": "application/x-own",
      Traceparent: `00-${"1".repeat(32)}-${"2".repeat(16)}-01`,
    });
    await bed.holds(0);
    const [, request] = sink.recording.requests;
    const headers = new Map(request?.headers.map(([name, value]) => [name.toLowerCase(), value]));
    expect([headers.get("x-scope-orgid"), headers.get("content-type"), headers.get("x-own")]).toEqual([
      "tenant",
      "application/x-own",
      "1",
    ]);
    expect(headers.get("traceparent")).toStartWith(`00-${"1".repeat(32)}-`);
    expect(Buffer.from(request?.body ?? []).toString()).toBe("profile 0");
    expect(new URLSearchParams(request?.query).get("name")).toBe("app{n=0,service_name=app}");
  });

  test("a large profile is whole, though its sender had an answer long before", async () => {
    await using sink = await RecordingSink.start({ otherwise: { delay_seconds: 0.05 } });
    await using bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: sink.url, queue }]));
    const body = Buffer.alloc(300_000, "0123456789");
    const url = `http://${bed.graph.receiver()}/ingest?name=app`;
    expect((await fetch(url, { method: "POST", body })).status).toBe(200);
    await bed.holds(0);
    expect(Buffer.from(sink.recording.requests[0]?.body ?? []).equals(body)).toBe(true);
  });

  test("a full queue says so to the sender", async () => {
    const endpoint = { name: "e", url: nowhere, queue: { type, max_bytes: 500 } };
    await using bed = await QueuedGraph.start(queuedConfig([endpoint]));
    const statuses = [...(await bed.ingest()), ...(await bed.ingest()), ...(await bed.ingest())];
    expect(statuses).toEqual([200, 503, 503]);
    expect(await bed.metrics()).toContain('pyroduct_write_queue_rejected_total{"reason":"full"} 2');
  });

  test("a full queue may drop its oldest instead, and counts them", async () => {
    const endpoint = { name: "e", url: nowhere, queue: { type, max_bytes: 4000, on_full: "drop_oldest" } };
    await using bed = await QueuedGraph.start(queuedConfig([endpoint]));
    for (let count = 0; count < 30; count += 1) expect(await bed.ingest()).toEqual([200]);
    const { profiles = 0 } = bed.queue() ?? {};
    expect(profiles).toBeLessThan(30);
    expect(await bed.metrics()).toContain(
      `pyroduct_write_queue_dropped_total{"reason":"full"} ${30 - profiles}`,
    );
  });

  test("an endpoint without one is as ever", async () => {
    await using sink = await RecordingSink.start({ otherwise: { status: 422 } });
    const direct = { name: "direct", url: sink.url };
    await using bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: nowhere, queue }, direct]));
    expect(await bed.ingest()).toEqual([422]);
    await bed.holds(1);
  });

  test("health turns when the oldest has waited too long", async () => {
    const endpoint = { name: "e", url: nowhere, queue: { type, unhealthy_after: "100ms" } };
    await using bed = await QueuedGraph.start(queuedConfig([endpoint]));
    await bed.ingest();
    expect(bed.health()).toStartWith("healthy");
    await eventually("bad health", () => bed.health().startsWith("unhealthy"));
    expect(bed.health()).toMatch(/^unhealthy: 1 profiles are queued for e, the oldest for /);
  });

  test("a token that expired costs nothing once it is renewed", async () => {
    using folder = new TemporaryFolder();
    const bearer_token_file = folder.file("token");
    writeFileSync(bearer_token_file, "old");
    await using sink = await RecordingSink.start({ otherwise: { status: 401 } });
    const endpoint = { name: "e", url: sink.url, queue, bearer_token_file, max_backoff_period: "1h" };
    await using bed = await QueuedGraph.start(queuedConfig([endpoint]));
    await bed.ingest(2);
    await eventually("the pause", () => bed.queue()?.paused === "HTTP 401");
    expect(bed.health()).toContain("e refuses what is sent, whatever it is: HTTP 401; tried again after 1h");
    sink.script({});
    writeFileSync(bearer_token_file, "new");
    await bed.holds(0);
    expect([bed.health(), bed.queue()?.dead_letters]).toEqual(["healthy: deliveries succeed", 0]);
  });

  test("dead letters are listed, shown, sent again and dropped", async () => {
    await using sink = await RecordingSink.start({ otherwise: { status: 422, body: "bad pprof" } });
    await using bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: sink.url, queue }]));
    await bed.ingest(2);
    await eventually("two dead letters", () => bed.queue()?.dead_letters === 2);
    const id = bed.queue()?.id ?? "";
    const [first, second] = await bed.queues.deadLetters(id, 10);
    expect(first).toMatchObject({ reason: "HTTP 422: bad pprof", kind: "ingest", bytes: 9 });
    const shown = await bed.queues.deadLetter(id, second?.id ?? "");
    expect(Buffer.from(shown?.body ?? []).toString()).toStartWith("profile ");
    const recording = sink.script({});
    expect(await bed.queues.order(id, { type: "resend_letters", id: first?.id, to: id })).toBe(1);
    await recording.request(1);
    expect(await bed.queues.order(id, { type: "drop_letters" })).toBe(1);
    await bed.holds(0);
    expect([bed.queue()?.dead_letters, await bed.queues.deadLetter(id, second?.id ?? "")]).toEqual([
      0,
      undefined,
    ]);
  });
});

describe("a queue on the disk", () => {
  const queue = { type: "disk" };

  test("is sent after a restart", async () => {
    using folder = new TemporaryFolder();
    await using sink = await RecordingSink.start();
    {
      await using before = await QueuedGraph.start(
        queuedConfig([{ name: "e", url: nowhere, queue }]),
        folder.path,
      );
      await before.ingest(5);
      await before.holds(5);
    }
    await using after = await QueuedGraph.start(
      queuedConfig([{ name: "e", url: sink.url, queue }]),
      folder.path,
    );
    await sink.recording.request(5);
    await after.holds(0);
  });

  test("ends quickly, however much is in it", async () => {
    await using sink = await RecordingSink.start({ otherwise: { instead: "hang" } });
    const bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: sink.url, queue }]));
    await bed.ingest(50);
    const startedAt = performance.now();
    await bed.graph.pipeline.stop(30_000);
    expect(performance.now() - startedAt).toBeLessThan(4000);
    await bed[Symbol.asyncDispose]();
  });

  test("has a body once, however many endpoints queue it", async () => {
    using folder = new TemporaryFolder();
    const endpoints = ["a", "b", "c"].map((name) => ({ name, url: nowhere, queue }));
    {
      await using bed = await QueuedGraph.start(queuedConfig(endpoints), folder.path);
      await bed.ingest(1);
    }
    using database = new Database(join(folder.path, "pyroscope.write", "queues.sqlite"));
    const counts = database.query(
      "SELECT (SELECT count(*) FROM entry) AS entries, (SELECT count(*) FROM entry WHERE body IS NOT NULL) AS own, (SELECT count(*) FROM shared_body) AS shared",
    );
    expect(counts.get()).toEqual({ entries: 3, own: 0, shared: 1 });
  });

  test("belongs to one process", async () => {
    using folder = new TemporaryFolder();
    const config = queuedConfig([{ name: "e", url: nowhere, queue }]);
    await using _first = await QueuedGraph.start(config, folder.path);
    await expect(QueuedGraph.start(config, folder.path)).rejects.toThrow("is in use by another pyroduct");
  });

  test("starts anew where its file is damaged, which is kept and told of", async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, "pyroscope.write", "queues.sqlite");
    await Bun.write(path, "what once was a database".repeat(500));
    await using bed = await QueuedGraph.start(
      queuedConfig([{ name: "e", url: nowhere, queue }]),
      folder.path,
    );
    expect(await bed.ingest()).toEqual([200]);
    expect(readdirSync(dirname(path)).some((name) => name.startsWith("queues.sqlite.damaged-"))).toBe(true);
    expect(bed.graph.log.messages("error")).toEqual([
      "the file with queued profiles was damaged: it is kept under another name, and a new one is in use",
    ]);
  });

  test("is told of even where no endpoint asks for it any more", async () => {
    using folder = new TemporaryFolder();
    {
      await using before = await QueuedGraph.start(
        queuedConfig([{ name: "e", url: nowhere, queue }]),
        folder.path,
      );
      await before.ingest(2);
      await before.holds(2);
    }
    await using after = await QueuedGraph.start(queuedConfig([{ name: "e", url: nowhere }]), folder.path);
    expect(after.queue()).toMatchObject({ profiles: 2, has_endpoint: false, type: "disk" });
    expect(await after.metrics()).toContain("pyroduct_write_queue_profiles{} 2");
  });

  test("of a shard that is gone is taken over", async () => {
    using folder = new TemporaryFolder();
    await using sink = await RecordingSink.start();
    {
      await using gone = await QueuedGraph.start(
        queuedConfig([{ name: "e", url: nowhere, queue }]),
        folder.file("shard-1"),
      );
      await gone.ingest(4);
      await gone.holds(4);
    }
    await using heir = await QueuedGraph.start(
      queuedConfig([{ name: "e", url: sink.url, queue }]),
      folder.file("shard-0"),
      [folder.file("shard-1")],
    );
    expect(heir.queue()?.type).toBe("disk");
    await sink.recording.request(4);
    expect(existsSync(folder.file("shard-1", "pyroscope.write", "queues.sqlite"))).toBe(false);
  });
});

describe("a queue in memory", () => {
  const queue = { type: "memory" };

  test("is sent before the process ends", async () => {
    await using sink = await RecordingSink.start({ otherwise: { status: 503 } });
    const bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: sink.url, queue }]));
    await bed.ingest(10);
    await bed.holds(10);
    const recording = sink.script({});
    await bed.graph.pipeline.stop(10_000);
    expect(recording.requests).toHaveLength(10);
    await bed[Symbol.asyncDispose]();
  });

  test("says what is lost with the process where that does not do", async () => {
    const bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: nowhere, queue }]));
    await bed.ingest(3);
    await bed.holds(3);
    await bed.graph.pipeline.stop(100);
    expect(bed.graph.log.lines.at(-1)).toMatchObject({
      message: "profiles are lost with the process's memory",
      fields: { queue: "pyroscope.write.w:e", profiles: 3 },
    });
    await bed[Symbol.asyncDispose]();
  });

  test("leaves no file", async () => {
    using folder = new TemporaryFolder();
    await using bed = await QueuedGraph.start(
      queuedConfig([{ name: "e", url: nowhere, queue }]),
      folder.path,
    );
    await bed.ingest();
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

describe.each(types)("a reload, with a queue of type %s", (type) => {
  const queue = { type };

  test("goes on with what is queued where the endpoint changes", async () => {
    await using sink = await RecordingSink.start();
    await using bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: nowhere, queue }]));
    await bed.ingest(5);
    await bed.holds(5);
    await bed.graph.reload(queuedConfig([{ name: "e", url: sink.url, queue }]));
    await sink.recording.request(5);
    await bed.holds(0);
  });

  test("keeps what is queued for an endpoint that is gone, until it is sent by another", async () => {
    await using sink = await RecordingSink.start();
    await using bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: nowhere, queue }]));
    await bed.ingest(5);
    await bed.holds(5);
    await bed.graph.reload(queuedConfig([{ name: "renamed", url: sink.url, queue }]));
    await eventually("the warning", () =>
      bed.graph.log.messages("warn").some((one) => one.includes("is kept until")),
    );
    expect(bed.queue("e")).toMatchObject({ profiles: 5, has_endpoint: false, drain_rate: null });
    const to = bed.queue("renamed")?.id ?? "";
    // What the old endpoint is sending at the time can be moved once that has ended.
    let moved = 0;
    await eventually("the move of all", async () => {
      moved += await bed.queues.order("pyroscope.write.w:e", { type: "move", to });
      return moved === 5;
    });
    await sink.recording.request(5);
    await eventually("the old queue's end", () => bed.queue("e") === undefined);
  });

  test("or is dropped", async () => {
    await using bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: nowhere, queue }]));
    await bed.ingest(2);
    await bed.holds(2);
    await bed.graph.reload(queuedConfig([{ name: "other", url: nowhere }]));
    await eventually("the endpoint's end", () => bed.queue("e")?.has_endpoint === false);
    const id = bed.queue("e")?.id ?? "";
    await expect(bed.queues.order(id, { type: "move", to: id })).rejects.toThrow(
      "no endpoint of the configuration",
    );
    expect(await bed.queues.order(id, { type: "drop" })).toBe(2);
    expect(bed.queue("e")).toBeUndefined();
    expect(await bed.metrics()).toContain('pyroduct_write_queue_dropped_total{"reason":"operator"} 2');
  });

  test("that fails leaves the queue with the endpoint that had it", async () => {
    await using sink = await RecordingSink.start({ otherwise: { status: 503 } });
    await using bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: sink.url, queue }]));
    await bed.ingest(3);
    await bed.holds(3);
    const { url } = sink;
    const port = Number(new URL(url).port);
    const bad = queuedConfig([{ name: "e", url: nowhere, queue }], {
      http: { listen_address: "127.0.0.1", listen_port: port },
    });
    await expect(bed.graph.reload(bad)).rejects.toThrow("in use");
    const recording = sink.script({});
    await recording.request(3);
    await bed.holds(0);
  });

  test("to another type takes along what is queued", async () => {
    const other = type === "memory" ? "disk" : "memory";
    await using sink = await RecordingSink.start();
    await using bed = await QueuedGraph.start(queuedConfig([{ name: "e", url: nowhere, queue }]));
    await bed.ingest(4);
    await bed.holds(4);
    await bed.graph.reload(queuedConfig([{ name: "e", url: sink.url, queue: { type: other } }]));
    await sink.recording.request(4);
  });
});

test("what is queued goes out joined where it may, and is counted", async () => {
  await using sink = await RecordingSink.start({ otherwise: { status: 503 } });
  const endpoint = { name: "e", url: sink.url, queue: { type: "disk" }, ...quick };
  await using bed = await QueuedGraph.start(queuedConfig([endpoint]));
  const body = JSON.stringify({
    series: [{ labels: [{ name: "service_name", value: "shop" }], samples: [{ rawProfile: "AAAA" }] }],
  });
  const send = () =>
    fetch(`http://${bed.graph.receiver()}/push.v1.PusherService/Push`, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json" },
    });
  for (let count = 0; count < 30; count += 1) expect((await send()).status).toBe(200);
  await bed.holds(30);
  const recording = sink.script({});
  await bed.holds(0);
  expect(recording.requests.length).toBeLessThan(15);
  const lines = await bed.metrics();
  for (const line of [
    "pyroduct_write_queue_enqueued_total{} 30",
    "pyroduct_write_queue_delivered_total{} 30",
    "pyroduct_write_queue_profiles{} 0",
    "pyroduct_write_queue_oldest_seconds{} 0",
  ]) {
    expect(lines).toContain(line);
  }
});
