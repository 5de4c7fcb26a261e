import { expect, test } from "bun:test";
import type { Flow, FlowRates } from "../../src/admin/api/flow.ts";
import type { MetricHistory, MetricPoint } from "../../src/admin/api/metrics.ts";
import type { Status } from "../../src/admin/api/status.ts";
import { EventReader } from "./event_reader.ts";
import { RunningAdmin, receiverInto } from "./running_admin.ts";

/** A destination that takes everything, or nothing. */
function sink(status: number) {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      await request.arrayBuffer();
      return new Response("no room", { status });
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, [Symbol.dispose]: () => void server.stop(true) };
}

function config(good: string, bad: string): object {
  return {
    "pyroscope.receive_http": { r: receiverInto("pyroscope.relabel.x") },
    "pyroscope.relabel": {
      x: {
        rule: { action: "drop", source_labels: ["env"], regex: "dev" },
        forward_to: ["pyroscope.write.w.receiver", "pyroscope.local_store.s.receiver"],
      },
    },
    "pyroscope.write": {
      w: {
        endpoint: [
          { url: good, name: "good", basic_auth: { username: "u", password: "hunter2" } },
          { url: bad, name: "bad", max_backoff_retries: 1 },
        ],
      },
    },
    "pyroscope.local_store": { s: {} },
  };
}

test("the graph is told as it is wired, with health, errors and endpoints, and without secrets", async () => {
  using good = sink(200);
  using bad = sink(503);
  await using admin = await RunningAdmin.start(config(good.url, bad.url));
  expect(await admin.ingest("name=shop")).toBe(503);
  const flow = await admin.json<Flow>("/api/v0/flow");
  expect(JSON.stringify(flow)).not.toContain("hunter2");
  expect(flow.edges).toEqual([
    { from: "pyroscope.receive_http.r", to: "pyroscope.relabel.x" },
    { from: "pyroscope.relabel.x", to: "pyroscope.write.w" },
    { from: "pyroscope.relabel.x", to: "pyroscope.local_store.s" },
  ]);
  const write = flow.components.find(({ id }) => id === "pyroscope.write.w");
  expect(write).toMatchObject({
    type: "pyroscope.write",
    label: "w",
    health: {
      state: "unhealthy",
      reason: expect.stringContaining("HTTP 503: no room"),
      since: expect.any(Number),
    },
    health_history: [{ state: "healthy" }, { state: "unhealthy" }],
    arguments: { endpoint: [{ basic_auth: { username: "u", password: "(secret)" } }, { name: "bad" }] },
    address: null,
    endpoints: [
      { name: "good", url: good.url, failing: null, queue: null },
      { name: "bad", url: bad.url, failing: expect.stringContaining("503"), queue: null },
    ],
    last_errors: [
      {
        level: "warn",
        message: "delivery failed",
        fields: { endpoint: "bad", attempts: "1", reason: "HTTP 503: no room" },
      },
    ],
  });
  expect(flow.components[0]).toMatchObject({
    id: "pyroscope.receive_http.r",
    address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    health: { state: "healthy" },
  });
});

test("events begin with the graph, go on with rates, and bring the graph again when it changes", async () => {
  using good = sink(200);
  using bad = sink(503);
  await using admin = await RunningAdmin.start(config(good.url, bad.url));
  await using events = await admin.events("/api/v0/flow/events");
  expect(events.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const first = await events.next<Flow>("flow");
  expect(first?.components.map(({ health }) => health.state)).toEqual(Array(4).fill("healthy"));
  for (const name of ["shop", "shop{env=dev}"]) await admin.ingest(`name=${encodeURIComponent(name)}`);
  const rates = await events.next<FlowRates>("rates", ({ edges }) =>
    edges.some((edge) => edge.profiles_per_second > 0),
  );
  expect(rates?.edges.find(({ to }) => to === "pyroscope.relabel.x")?.profiles_per_second).toBeGreaterThan(0);
  expect(rates?.endpoints.map(({ endpoint }) => endpoint)).toEqual(["good", "bad"]);
});

test("the graph comes again when health changes", async () => {
  using good = sink(200);
  using bad = sink(503);
  await using admin = await RunningAdmin.start(config(good.url, bad.url));
  await using events = await admin.events("/api/v0/flow/events");
  await events.next<Flow>("flow");
  await admin.ingest("name=shop");
  const changed = await events.next<Flow>("flow");
  expect(changed?.components.find(({ id }) => id === "pyroscope.write.w")?.health.state).toBe("unhealthy");
});

test("charts tell rates over the step, by component and endpoint", async () => {
  using good = sink(200);
  using bad = sink(503);
  await using admin = await RunningAdmin.start(config(good.url, bad.url));
  await using events = await admin.events("/api/v0/flow/events");
  await admin.services.samples.take();
  for (const name of ["shop", "shop{env=dev}"]) await admin.ingest(`name=${encodeURIComponent(name)}`);
  await admin.services.samples.take();
  const history = await admin.json<MetricHistory>("/api/v0/flow/metrics");
  expect([history.step_ms, history.times.length]).toEqual([5000, 2]);
  const valuesOf = (component: string, metric: string, endpoint: string | null = null) =>
    history.series.find(
      (one) => one.component === component && one.metric === metric && one.endpoint === endpoint,
    )?.values;
  const [before, received] = valuesOf("pyroscope.receive_http.r", "profiles_received") ?? [];
  expect([before, (received ?? 0) > 0]).toEqual([null, true]);
  const dropped = valuesOf("pyroscope.relabel.x", "profiles_dropped")?.at(-1) ?? 0;
  expect(dropped / (received ?? 1)).toBeCloseTo(0.5);
  expect(valuesOf("pyroscope.write.w", "profiles_failed", "bad")?.at(-1)).toBeGreaterThan(0);
  expect(valuesOf("pyroscope.write.w", "profiles_sent", "good")?.at(-1)).toBeGreaterThan(0);
  expect(valuesOf("pyroscope.local_store.s", "bytes_stored")?.at(-1)).toBeGreaterThan(0);
  expect(valuesOf("process", "memory")?.every((value) => (value ?? 0) > 1e6)).toBe(true);
  const one = await admin.json<MetricHistory>("/api/v0/flow/metrics?component=process");
  expect(one.series.map(({ metric }) => metric).toSorted()).toEqual(["cpu", "memory"]);
  const point = await events.next<MetricPoint>("metrics", ({ values }) =>
    values.some(({ value }) => (value ?? 0) > 0),
  );
  expect(point?.values.find(({ metric }) => metric === "memory")?.unit).toBe("bytes");
});

test("only the latest 180 samples are kept, and what a reload took away goes with them", async () => {
  using good = sink(200);
  await using admin = await RunningAdmin.start(config(good.url, good.url));
  await admin.services.samples.take();
  admin.source.text = JSON.stringify({ "pyroscope.local_store": { s: {} } });
  await admin.controller.reload();
  for (let index = 0; index < 185; index += 1) await admin.services.samples.take();
  const { times, series } = await admin.json<MetricHistory>("/api/v0/flow/metrics");
  expect([times.length, ...new Set(series.map(({ values }) => values.length))]).toEqual([180, 180]);
  expect(new Set(series.map(({ component }) => component))).toEqual(
    new Set(["pyroscope.local_store.s", "process"]),
  );
});

test("the status tells where to send and what is kept", async () => {
  using good = sink(200);
  await using admin = await RunningAdmin.start(config(good.url, good.url));
  await admin.ingest("name=shop");
  const status = await admin.json<Status>("/api/v0/status");
  expect(status).toMatchObject({
    is_ready: true,
    is_first_run: false,
    config_name: "pyroduct.yaml",
    unhealthy: [],
    receivers: [
      { id: "pyroscope.receive_http.r", url: await admin.receiver(), is_tls: false, needs_auth: false },
    ],
    stores: ["pyroscope.local_store.s"],
    stored_profiles: 1,
    received_profiles: 1,
  });
});

test("no more than 64 streams are open at once, and one that ends makes room", async () => {
  await using admin = await RunningAdmin.start({ "pyroscope.local_store": { s: {} } });
  const readers: EventReader[] = [];
  for (let index = 0; index < 64; index += 1) readers.push(await admin.events("/api/v0/flow/events"));
  expect((await admin.request("/api/v0/flow/events")).status).toBe(503);
  await readers[0]?.[Symbol.asyncDispose]();
  const again = await admin.request("/api/v0/flow/events");
  expect(again.status).toBe(200);
  await new EventReader(again)[Symbol.asyncDispose]();
  for (const reader of readers.slice(1)) await reader[Symbol.asyncDispose]();
});
