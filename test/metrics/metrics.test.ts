import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { PushRequestSchema } from "../../src/gen/push/v1/push_pb.ts";
import { RunningConfig } from "../reload/running_config.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import { pushPath } from "../wire/push_message.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import { sendRaw } from "../wire/raw_request.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { alloyFamilies } from "./alloy_families.ts";
import { type Exposition, parseExposition, sampleValue } from "./exposition.ts";

setDefaultTimeout(testTimeoutMs);

const password = "hush-password";
const header = "hush-header";
const token = "hush-token";
const ingestBody = Buffer.from("profile");
/** Two series with three samples, 10 bytes in all. */
const pushBody = toBinary(
  PushRequestSchema,
  create(PushRequestSchema, {
    series: [
      {
        labels: labelsOf("one"),
        samples: [{ rawProfile: Buffer.from("abcd") }, { rawProfile: Buffer.from("efg") }],
      },
      { labels: labelsOf("two"), samples: [{ rawProfile: Buffer.from("hij") }] },
    ],
  }),
);
const debugInfo = Buffer.alloc(1234, "d");

let taking: RecordingSink;
let refusing: RecordingSink;
let pyroduct: PyroductProcess;
let text: string;
let exposition: Exposition;

function labelsOf(service: string) {
  return [
    { name: "__name__", value: "process_cpu" },
    { name: "service_name", value: service },
  ];
}

beforeAll(async () => {
  taking = await RecordingSink.start();
  refusing = await RecordingSink.start({ otherwise: { status: 503 } });
  pyroduct = await PyroductProcess.start(configuration());
  await sendTraffic();
  text = await new RunningConfig(pyroduct).metrics();
  exposition = parseExposition(text);
}, testTimeoutMs);

afterAll(async () => {
  await pyroduct[Symbol.asyncDispose]();
  await taking[Symbol.asyncDispose]();
  await refusing[Symbol.asyncDispose]();
}, testTimeoutMs);

/** What comes in at `mixed` is refused by one of two endpoints; `good` and its writer have no such trouble. */
function configuration() {
  const http = { listen_address: "127.0.0.1", listen_port: 0 };
  const drop = { source_labels: ["service_name"], regex: "unwanted", action: "drop" };
  const quickly = { min_backoff_period: "1ms", max_backoff_period: "2ms", max_backoff_retries: 3 };
  return {
    "pyroscope.receive_http": {
      mixed: { http, forward_to: ["pyroscope.relabel.x.receiver"] },
      good: { http: { ...http, conn_limit: 77 }, forward_to: ["pyroscope.relabel.y.receiver"] },
    },
    "pyroscope.relabel": {
      x: { rule: [drop], forward_to: ["pyroscope.enrich.e.receiver"] },
      y: { rule: [], forward_to: ["pyroscope.write.b.receiver"] },
    },
    "pyroscope.enrich": {
      e: { targets: [{ job: "a" }], target_match_label: "job", forward_to: ["pyroscope.write.a.receiver"] },
    },
    "pyroscope.write": {
      a: {
        endpoint: [
          { url: taking.url, basic_auth: { username: "user", password }, headers: { "X-Key": header } },
          { url: refusing.url, name: "refusing", bearer_token: token, ...quickly },
        ],
      },
      b: { endpoint: { url: `${taking.url}/prefix` } },
    },
  };
}

async function sendTraffic(): Promise<void> {
  const statuses: Record<string, number[]> = {};
  for (const label of ["mixed", "good"]) {
    const address = pyroduct.address((id) => id === `pyroscope.receive_http.${label}`);
    const post = async (target: string, body: Uint8Array, contentType: string) =>
      (await sendRaw(address, { method: "POST", target, body, headers: [["Content-Type", contentType]] }))
        .status;
    statuses[label] = [
      await post("/ingest?name=app", ingestBody, "text/plain"),
      await post("/ingest?name=app", ingestBody, "text/plain"),
      await post("/ingest?name=unwanted", ingestBody, "text/plain"),
      await post(pushPath, pushBody, "application/proto"),
      await post("/debuginfo.v1alpha1.DebuginfoService/Upload/abc123", debugInfo, "application/octet-stream"),
      // The sink's answer is none that the call can have.
      await post(
        "/debuginfo.v1alpha1.DebuginfoService/ShouldInitiateUpload",
        Buffer.from("{}"),
        "application/json",
      ),
    ];
  }
  const failed = expect.any(Number);
  expect(statuses).toEqual({
    mixed: [503, 503, 200, 503, 200, failed],
    good: [200, 200, 200, 200, 200, failed],
  });
}

/** The number of a component, by its short name such as `write.a`. */
function of(
  component: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  return sampleValue(exposition, name, { ...labels, component_id: `pyroscope.${component}` });
}

describe("every family of Alloy's is there", () => {
  test.each(alloyFamilies.map((family) => [family.name, family] as const))("%s", (name, family) => {
    const found = exposition.get(name);
    expect(found?.type).toBe(family.type);
    const samples = found?.samples ?? [];
    expect(samples.length).toBeGreaterThan(0);
    const labelNames = samples.map(({ labels }) =>
      Object.keys(labels)
        .filter((label) => label !== "le")
        .toSorted(),
    );
    const expected = ["component_id", ...family.labels].toSorted();
    expect(new Set(labelNames.map(String))).toEqual(new Set([String(expected)]));
    const bounds = samples.flatMap(({ labels }) => labels["le"] ?? []);
    expect([...new Set(bounds)]).toEqual([...family.buckets]);
    const components = samples.map(({ labels }) =>
      labels["component_id"]?.replace(/^pyroscope\.(\w+)\.\w+$/, "$1"),
    );
    expect(new Set(components)).toEqual(new Set<string | undefined>(family.components));
  });
});

describe("the receiver counts", () => {
  const name = "pyroscope_receive_http_request_duration_seconds_count";

  test("requests by route and status", () => {
    const labels = { method: "POST", route: "ingest", ws: "false" };
    expect(of("receive_http.mixed", name, { ...labels, status_code: "503" })).toBe(2);
    expect(of("receive_http.mixed", name, { ...labels, status_code: "200" })).toBe(1);
    expect(of("receive_http.good", name, { ...labels, status_code: "200" })).toBe(3);
    expect(of("receive_http.good", name, { ...labels, status_code: "503" })).toBeUndefined();
    const push = { ...labels, route: "push_v1_pusherservice", status_code: "200" };
    expect(of("receive_http.good", name, push)).toBe(1);
  });

  test("bytes of bodies", () => {
    const bytes = "pyroscope_receive_http_request_message_bytes";
    const labels = { method: "POST", route: "ingest" };
    expect(of("receive_http.good", `${bytes}_count`, labels)).toBe(3);
    expect(of("receive_http.good", `${bytes}_sum`, labels)).toBe(3 * ingestBody.length);
    const push = { ...labels, route: "push_v1_pusherservice" };
    expect(of("receive_http.good", `${bytes}_sum`, push)).toBe(pushBody.length);
  });

  test("nothing that is under way when nothing is", () => {
    const inflight = exposition.get("pyroscope_receive_http_inflight_requests")?.samples ?? [];
    expect(inflight.map(({ value }) => value)).toEqual(inflight.map(() => 0));
    expect(of("receive_http.mixed", "pyroscope_receive_http_tcp_connections", { protocol: "http" })).toBe(0);
  });

  test("its limits", () => {
    const limit = "pyroscope_receive_http_tcp_connections_limit";
    expect(of("receive_http.good", limit, { protocol: "http" })).toBe(77);
    expect(of("receive_http.mixed", limit, { protocol: "http" })).toBe(16_384);
  });

  test("debug information passed on", () => {
    const calls = "pyroscope_receive_http_debuginfo_downstream_calls_total";
    expect(of("receive_http.good", calls, { method: "Upload", result: "success" })).toBe(1);
    expect(of("receive_http.good", calls, { method: "ShouldInitiateUpload", result: "failure" })).toBe(1);
    expect(of("write.b", "pyroscope_ebpf_debug_info_upload_bytes_total")).toBe(debugInfo.length);
  });
});

describe("relabelling counts", () => {
  test("profiles, each series of Push being one", () => {
    expect(of("relabel.x", "pyroscope_relabel_profiles_processed")).toBe(5);
    expect(of("relabel.x", "pyroscope_relabel_profiles_written")).toBe(4);
    expect(of("relabel.x", "pyroscope_relabel_profiles_dropped")).toBe(1);
  });

  test("what it remembers", () => {
    expect(of("relabel.x", "pyroscope_relabel_cache_hits")).toBe(1);
    expect(of("relabel.x", "pyroscope_relabel_cache_misses")).toBe(4);
    expect(of("relabel.x", "pyroscope_relabel_cache_size")).toBe(4);
  });

  test("samples of Push that all receivers took", () => {
    expect(of("relabel.y", "pyroscope_forwarded_entries_total")).toBe(3);
    expect(of("relabel.x", "pyroscope_forwarded_entries_total")).toBe(0);
    expect(of("enrich.e", "pyroscope_forwarded_entries_total")).toBe(0);
  });

  test("the time that forwarding took, once for each request", () => {
    expect(of("relabel.y", "pyroscope_fanout_latency_count")).toBe(4);
    expect(of("enrich.e", "pyroscope_fanout_latency_count")).toBe(3);
  });
});

describe("writing counts", () => {
  test("what was sent and what was not, by endpoint", () => {
    const sent = { endpoint: taking.url };
    expect(of("write.a", "pyroscope_write_sent_profiles_total", sent)).toBe(2 + 3);
    expect(of("write.a", "pyroscope_write_sent_bytes_total", sent)).toBe(2 * ingestBody.length + 10);
    expect(of("write.a", "pyroscope_write_dropped_profiles_total", sent) ?? 0).toBe(0);
    const dropped = { endpoint: "refusing" };
    expect(of("write.a", "pyroscope_write_dropped_profiles_total", dropped)).toBe(2 + 3);
    expect(of("write.a", "pyroscope_write_dropped_bytes_total", dropped)).toBe(2 * ingestBody.length + 10);
    expect(of("write.a", "pyroscope_write_sent_profiles_total", dropped) ?? 0).toBe(0);
  });

  test("attempts after the first", () => {
    expect(of("write.a", "pyroscope_write_retries_total", { endpoint: "refusing" })).toBe(3 * 2);
    expect(of("write.a", "pyroscope_write_retries_total", { endpoint: taking.url }) ?? 0).toBe(0);
    expect(refusing.recording.requests).toHaveLength(3 * 3);
  });

  test.each([
    ["ingest_total", "-", 2],
    ["push_total", "-", 1],
    ["ingest_endpoint", "refusing", 2],
    ["push_endpoint", "refusing", 1],
    ["ingest_downstream", "refusing", 6],
    ["push_downstream", "refusing", 3],
  ])("the time of %s, for endpoint %s", (type, endpoint, count) => {
    expect(of("write.a", "pyroscope_write_latency_count", { type, endpoint })).toBe(count);
  });

  test("those of an endpoint without a name under its URL", () => {
    const endpoint = `${taking.url}/prefix`;
    const types = ["ingest_endpoint", "ingest_downstream", "push_endpoint", "push_downstream"];
    const counts = types.map((type) => of("write.b", "pyroscope_write_latency_count", { type, endpoint }));
    expect(counts).toEqual([3, 3, 1, 1]);
  });
});

describe("the scrape", () => {
  test("shows no credentials", () => {
    const secrets = [password, header, token, btoa(`user:${password}`)];
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });

  test("tells of the process and the build", () => {
    const names = [
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
      "process_start_time_seconds",
    ];
    for (const name of [...names, "process_open_fds"])
      expect(sampleValue(exposition, name)).toBeGreaterThan(0);
    expect(sampleValue(exposition, "pyroduct_build_info")).toBe(1);
    const [build] = exposition.get("pyroduct_build_info")?.samples ?? [];
    expect(Object.keys(build?.labels ?? {}).toSorted()).toEqual(["bun", "commit", "version"]);
  });

  test("goes down in no counter", async () => {
    const later = parseExposition(await new RunningConfig(pyroduct).metrics());
    const counters = [...exposition.values()].filter(({ type }) => type === "counter");
    for (const { name, samples } of counters) {
      for (const { labels, value } of samples)
        expect(sampleValue(later, name, labels)).toBeGreaterThanOrEqual(value);
    }
  });
});
