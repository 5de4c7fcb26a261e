import { expect, test } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import { LiveTap } from "../../src/graph/live_tap.ts";
import { eventually } from "../base/eventually.ts";
import { RunningGraph, writeArguments } from "./running_graph.ts";

/** A destination that takes everything, or answers 422. */
function sink(status: number) {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      await request.arrayBuffer();
      return new Response(status === 200 ? "" : "too old", { status });
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, [Symbol.dispose]: () => void server.stop(true) };
}

/** A receiver before rules that drop, two endpoints and a store. */
function config(good: string, bad: string): object {
  return {
    "pyroscope.receive_http": {
      r: {
        http: { listen_address: "127.0.0.1", listen_port: 0 },
        forward_to: ["pyroscope.relabel.x.receiver"],
      },
    },
    "pyroscope.relabel": {
      x: {
        rule: [
          { target_label: "seen", replacement: "yes" },
          { action: "drop", source_labels: ["env", "seen"], regex: "dev;yes" },
        ],
        forward_to: ["pyroscope.write.w.receiver", "pyroscope.local_store.s.receiver"],
      },
    },
    "pyroscope.write": {
      w: {
        endpoint: [writeArguments(good, {}), writeArguments(bad, {})].map(
          (one) => (one as { endpoint: object }).endpoint,
        ),
      },
    },
    "pyroscope.local_store": { s: {} },
  };
}

test("a profile's way through the graph is told, from the rule that drops it to each destination's answer", async () => {
  using good = sink(200);
  using bad = sink(422);
  await using graph = await RunningGraph.start(config(good.url, bad.url));
  const tap = new LiveTap(systemClock, graph.pipeline.taps);
  const ask = () => tap.ask({ viewer: "v", match: "", after: 0 }).records;
  ask();
  const send = (name: string) =>
    fetch(`http://${graph.receiver()}/ingest?name=${encodeURIComponent(name)}`, {
      method: "POST",
      body: "profile",
    });
  expect([(await send("shop{env=dev}")).status, (await send("shop{env=prod}")).status]).toEqual([200, 422]);
  await eventually("the end", () => ask().every(({ status }) => status !== "under_way"));
  const [dropped, passed] = ask().toSorted((left, right) => (left.id < right.id ? -1 : 1));
  expect(dropped).toMatchObject({
    receiver: "pyroscope.receive_http.r",
    status: "dropped",
    labels: { service_name: "shop", env: "dev" },
    sender: "127.0.0.1",
    drops: [
      {
        component: "pyroscope.relabel.x",
        reason: 'rule 1 (drop): env;seen is "dev;yes", which dev;yes matches',
        rule: {
          index: 1,
          action: "drop",
          source_labels: ["env", "seen"],
          regex: "dev;yes",
          value: "dev;yes",
        },
      },
    ],
    deliveries: [],
  });
  expect(passed).toMatchObject({ status: "partly", labels: { env: "prod" }, drops: [] });
  expect(passed?.deliveries).toMatchObject([
    { component: "pyroscope.write.w", endpoint: good.url, outcome: "delivered", attempts: 1, reason: null },
    { component: "pyroscope.write.w", endpoint: bad.url, outcome: "failed", attempts: 1, http_status: 422 },
    { component: "pyroscope.local_store.s", endpoint: null, outcome: "stored", attempts: 1 },
  ]);
  expect(graph.pipeline.edges()).toEqual([
    { from: "pyroscope.relabel.x", to: "pyroscope.write.w", profiles: 1, bytes: 7 },
    { from: "pyroscope.relabel.x", to: "pyroscope.local_store.s", profiles: 1, bytes: 7 },
    { from: "pyroscope.receive_http.r", to: "pyroscope.relabel.x", profiles: 2, bytes: 14 },
  ]);
});

test("edges go on counting over a reload", async () => {
  using one = sink(200);
  using other = sink(200);
  await using graph = await RunningGraph.start(config(one.url, other.url));
  const send = () =>
    fetch(`http://${graph.receiver()}/ingest?name=shop`, { method: "POST", body: "profile" });
  await send();
  const before = graph.receiver();
  await graph.reload(config(other.url, other.url));
  expect(graph.receiver()).toBe(before);
  await send();
  expect(graph.pipeline.edges().map(({ profiles }) => profiles)).toEqual([2, 2, 2]);
});
