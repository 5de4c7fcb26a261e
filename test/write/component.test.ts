import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import type { Outcome } from "../../src/profile/failure_report.ts";
import type { Profile } from "../../src/profile/profile.ts";
import type { DeliveryEnd, RequestWatch } from "../../src/profile/profile_watch.ts";
import { DeliveryPlan } from "../../src/profile/receiver.ts";
import type { RequestContext } from "../../src/profile/request_context.ts";
import { formatFamilies } from "../../src/telemetry/metric_family.ts";
import { MetricScope } from "../../src/telemetry/metric_scope.ts";
import { WriteComponent } from "../../src/write/component.ts";
import { WriteQueues } from "../../src/write/queue/write_queues.ts";
import { writeSchema } from "../../src/write/schema.ts";
import { FakeClock, settled } from "../base/fake_clock.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { componentContext } from "../graph/component_context.ts";
import { GatedSink } from "../http/gated_sink.ts";
import { ingestProfile, pushProfile, requestContext } from "../profile/sample_profiles.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";
import { entriesOf } from "../wire/push_message.ts";
import { RecordingSink } from "../wire/recording_sink.ts";

/** A pyroscope.write that runs, on a clock that stands still. */
class WriteBed implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly log = new RecordedLog();
  readonly metrics = new MetricScope({ component_id: "pyroscope.write.w" });
  readonly component: WriteComponent;
  readonly queues: WriteQueues;
  readonly queueMetrics = new MetricScope({});
  readonly #folder = new TemporaryFolder();

  constructor(args: Readonly<Record<string, unknown>>) {
    const { clock, log, metrics } = this;
    const storagePath = this.#folder.path;
    const context = componentContext({ id: "pyroscope.write.w", clock, log, metrics, storagePath });
    this.queues = new WriteQueues({ ...context, metrics: this.queueMetrics });
    this.component = new WriteComponent(v.parse(writeSchema, args), context, this.queues);
  }

  send(profile: Profile = ingestProfile(), request: Partial<RequestContext> = {}): Promise<Outcome> {
    const plan = new DeliveryPlan(requestContext(request), this.clock);
    plan.offer({ begin: () => this.#watch }, "pyroscope.receive_http.r", profile);
    this.component.plan(profile, plan);
    this.plan = plan;
    return plan.send();
  }

  /** The last one. */
  plan: DeliveryPlan | undefined;

  /** How each delivery ended, as it is shown. */
  readonly shown: DeliveryEnd[] = [];

  readonly #watch: RequestWatch = {
    refused: () => {},
    dropped: () => {},
    sending: () => ({ began: () => {}, settled: (_, end) => this.shown.push(end) }),
    ended: () => {},
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.component.stop(0);
    await this.queues.stop();
    this.#folder[Symbol.dispose]();
  }
}

const once = { max_backoff_retries: 1 };

test("every endpoint gets the profile, with external labels", async () => {
  await using one = await RecordingSink.start();
  await using other = await RecordingSink.start();
  await using bed = new WriteBed({
    endpoint: [{ url: one.url }, { url: `${other.url}/base` }],
    external_labels: { cluster: "c1" },
  });
  await bed.component.start();
  expect(await bed.send(ingestProfile({ __name__: "app", service_name: "app" }))).toEqual([]);
  const [first] = one.recording.requests;
  const [second] = other.recording.requests;
  expect([first?.path, second?.path]).toEqual(["/ingest", "/base/ingest"]);
  expect(new URLSearchParams(first?.query).get("name")).toBe("app{cluster=c1,service_name=app}");
  expect([first?.query, first?.body]).toEqual([second?.query ?? "", second?.body ?? new Uint8Array()]);
});

test("Push goes out as one request, without the sender's address", async () => {
  await using sink = await RecordingSink.start();
  await using bed = new WriteBed({ endpoint: [{ url: sink.url }] });
  const profile = pushProfile({ a: "1", __meta_client_address: "192.0.2.7" }, { a: "2" });
  expect(await bed.send(profile)).toEqual([]);
  const [request] = sink.recording.requests;
  expect(request === undefined ? [] : entriesOf(request).map(({ labels }) => labels)).toEqual([
    [["a", "1"]],
    [["a", "2"]],
  ]);
});

test("invalid labels are a problem of the plan, and nothing is sent", () => {
  const bed = new WriteBed({ endpoint: [{ url: "http://127.0.0.1:1" }] });
  const plan = new DeliveryPlan(requestContext(), bed.clock);
  bed.component.plan(pushProfile({ a: "1" }, { "b-c": "2" }), plan);
  expect(plan.problem).toContain('"b-c"');
  expect(plan.isEmpty).toBe(true);
});

test("a slow endpoint delays no other", async () => {
  await using slow = new GatedSink();
  await using fast = await RecordingSink.start();
  await using bed = new WriteBed({ endpoint: [{ url: slow.url }, { url: fast.url }] });
  const outcome = bed.send();
  await fast.recording.request(1);
  await slow.hasReceived(1);
  slow.open();
  expect(await outcome).toEqual([]);
});

test("the failures of all endpoints come together, each with its name", async () => {
  await using one = await RecordingSink.start({ otherwise: { status: 422, body: "bad pprof" } });
  await using other = await RecordingSink.start({ otherwise: { status: 500 } });
  const endpoint = [
    { url: one.url, name: "one", ...once },
    { url: other.url, name: "other", ...once },
  ];
  await using bed = new WriteBed({ endpoint });
  expect(await bed.send()).toEqual([
    {
      destination: "pyroscope.write.w one",
      attempts: 1,
      cause: { type: "answer", status: 422, text: "bad pprof" },
    },
    { destination: "pyroscope.write.w other", attempts: 1, cause: { type: "answer", status: 500, text: "" } },
  ]);
});

describe("health", () => {
  async function afterAnswers(...statuses: readonly number[]) {
    await using sink = await RecordingSink.start({ answers: statuses.map((status) => ({ status })) });
    await using bed = new WriteBed({ endpoint: [{ url: sink.url, name: "e", ...once }] });
    for (const _ of statuses) await bed.send();
    return { health: bed.component.health(), log: bed.log };
  }

  test("is good before anything was sent", () => {
    const { component } = new WriteBed({ endpoint: [{ url: "http://127.0.0.1:1" }] });
    expect(component.health().state).toBe("healthy");
  });

  test("is bad after a failure, with the reason", async () => {
    const { health } = await afterAnswers(200, 503);
    expect(health).toMatchObject({
      state: "unhealthy",
      message: "pyroscope.write.w e: HTTP 503 (1 attempt)",
    });
  });

  test("is good again after a success, and both are told", async () => {
    const { health, log } = await afterAnswers(503, 503, 200);
    expect(health.state).toBe("healthy");
    expect(log.lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
      "warn delivery failed",
      "info endpoint takes profiles again",
    ]);
  });

  test("is not worse for a profile that its destination does not want", async () => {
    const { health } = await afterAnswers(400, 422);
    expect(health.state).toBe("healthy");
  });
});

test("a destination that says something else each time is still told of once in a while", async () => {
  const answers = Array.from({ length: 20 }, (_, index) => ({ status: 503, body: `busy, request ${index}` }));
  await using sink = await RecordingSink.start({ answers });
  await using bed = new WriteBed({ endpoint: [{ url: sink.url, name: "e", ...once }] });
  for (const _ of answers) await bed.send();
  expect(bed.log.lines).toEqual([
    {
      level: "warn",
      message: "delivery failed",
      fields: { endpoint: "e", attempts: 1, reason: "HTTP 503: busy, request 0" },
    },
  ]);
});

test("a sender who leaves is no failure worth telling", async () => {
  await using sink = new GatedSink();
  const leave = new AbortController();
  await using bed = new WriteBed({ endpoint: [{ url: sink.url }] });
  const outcome = bed.send(pushProfile({ a: "1" }), { canceled: leave.signal });
  await sink.hasReceived(1);
  leave.abort();
  expect(await outcome).toMatchObject([{ cause: { code: "canceled" } }]);
  expect(bed.log.lines.filter(({ level }) => level !== "debug")).toEqual([]);
  expect(bed.component.health().state).toBe("healthy");
});

describe("at the end", () => {
  test("what is under way is waited for", async () => {
    await using sink = new GatedSink();
    const bed = new WriteBed({ endpoint: [{ url: sink.url }] });
    const outcome = bed.send();
    await sink.hasReceived(1);
    let hasStopped = false;
    const stopped = bed.component.stop(10_000).then(() => {
      hasStopped = true;
    });
    await settled();
    expect(hasStopped).toBe(false);
    sink.open();
    expect(await outcome).toEqual([]);
    await stopped;
  });

  test("and given up when its time is over", async () => {
    await using sink = new GatedSink();
    const bed = new WriteBed({ endpoint: [{ url: sink.url }] });
    const outcome = bed.send();
    await sink.hasReceived(1);
    const stopped = bed.component.stop(1000);
    await bed.clock.advance(1000);
    await stopped;
    expect(await outcome).toHaveLength(1);
    expect(bed.log.messages("warn")).toContain("gave up what was under way");
  });
});

describe("with a queue on the disk", () => {
  const disk = (url: string) => ({ endpoint: [{ url, name: "e", queue: { type: "disk" } }] });

  test("a profile that its destination takes at once is shown as delivered", async () => {
    await using sink = await RecordingSink.start();
    await using bed = new WriteBed(disk(sink.url));
    await bed.component.start();
    bed.component.activate();
    expect(await bed.send()).toEqual([]);
    expect(bed.shown).toEqual([{ outcome: "delivered", attempts: 1 }]);
    expect(bed.queues.queues.list()).toMatchObject([{ profiles: 0 }]);
    expect(bed.plan?.releasesBytes).toBe(true);
  });

  test("one that it takes its time for is shown as queued, and is in the queue", async () => {
    await using sink = new GatedSink();
    await using bed = new WriteBed(disk(sink.url));
    await bed.component.start();
    bed.component.activate();
    const outcome = bed.send();
    await sink.hasReceived(1);
    expect(bed.shown).toEqual([]);
    await bed.clock.advance(25);
    expect(await outcome).toEqual([]);
    expect(bed.shown).toEqual([{ outcome: "queued", attempts: 0 }]);
    expect(bed.queues.queues.list()).toMatchObject([{ profiles: 1 }]);
    expect(bed.plan?.releasesBytes).toBe(false);
    sink.open();
  });

  test("both count as taken, and what was never written by itself", async () => {
    await using sink = await RecordingSink.start({ answers: [{}, { status: 503 }] });
    await using bed = new WriteBed(disk(sink.url));
    await bed.component.start();
    bed.component.activate();
    expect([await bed.send(), await bed.send()]).toEqual([[], []]);
    const text = formatFamilies(await bed.queueMetrics.families());
    const labels = '{component_id="pyroscope.write.w",endpoint="e"}';
    for (const line of [
      `enqueued_total${labels} 2`,
      `direct_total${labels} 1`,
      `delivered_total${labels} 1`,
      `retried_total${labels} 1`,
    ]) {
      expect(text).toContain(`pyroduct_write_queue_${line}\n`);
    }
  });
});

test("the metrics have the names and labels of Alloy's", async () => {
  await using sink = await RecordingSink.start({ answers: [{}, { status: 400 }] });
  await using bed = new WriteBed({ endpoint: [{ url: sink.url, name: "e" }] });
  await bed.send();
  await bed.send(pushProfile({ a: "1" }, { a: "2" }));
  const text = formatFamilies(await bed.metrics.families());
  const labels = '{component_id="pyroscope.write.w",endpoint="e"}';
  for (const line of [
    `pyroscope_write_sent_profiles_total${labels} 1`,
    `pyroscope_write_sent_bytes_total${labels} 3`,
    `pyroscope_write_dropped_profiles_total${labels} 2`,
    `pyroscope_write_dropped_bytes_total${labels} 6`,
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  const types = [...text.matchAll(/pyroscope_write_latency_count\{.*endpoint="([^"]+)",type="([^"]+)"\} 1/g)];
  expect(types.map(([, endpoint, type]) => `${endpoint} ${type}`).toSorted()).toEqual([
    "- ingest_total",
    "- push_total",
    "e ingest_downstream",
    "e ingest_endpoint",
    "e push_downstream",
    "e push_endpoint",
  ]);
  const bounds = [...text.matchAll(/latency_bucket\{.*type="ingest_total",le="([^"]+)"/g)].map(
    ([, le]) => le,
  );
  expect(bounds.join(" ")).toBe("0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10 +Inf");
});
