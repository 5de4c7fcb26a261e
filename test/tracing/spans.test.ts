import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { testTimeoutMs } from "../wire/bounded.ts";
import type { HeaderPair } from "../wire/http_message_reader.ts";
import { encodePush, pushPath } from "../wire/push_message.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import { type RawRequest, sendRaw } from "../wire/raw_request.ts";
import { receiverConfig } from "../wire/receiver_bed.ts";
import { headerOf, type RecordedRequest } from "../wire/recording.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { OtlpCollector } from "./otlp_collector.ts";

setDefaultTimeout(testTimeoutMs);

let collector: OtlpCollector;
let sink: RecordingSink;
let pyroduct: PyroductProcess;

beforeAll(async () => {
  collector = new OtlpCollector();
  sink = await RecordingSink.start();
  const retries = { min_backoff_period: "5ms", max_backoff_period: "5ms", max_backoff_retries: 2 };
  const endpoints = [
    { url: sink.url, name: "first", remote_timeout: "400ms", ...retries },
    { url: `${sink.url}/second`, remote_timeout: "400ms", ...retries },
  ];
  pyroduct = await PyroductProcess.start(receiverConfig(endpoints), {
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: "x-collector-key=k%20e%20y",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test,service.name=overridden",
      OTEL_SERVICE_NAME: "receiver",
      OTEL_BSP_SCHEDULE_DELAY: "20",
    },
  });
}, testTimeoutMs);

afterAll(async () => {
  await pyroduct[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
}, testTimeoutMs);

const message = encodePush({ service_name: "app" }, Buffer.from("profile"));
let traces = 0;

/** A trace of the test's own. */
function newTraceId(): string {
  traces += 1;
  return traces.toString(16).padStart(32, "a");
}

const senderSpan = "00f067aa0ba902b7";

function ingest(traceId: string, flags = "01", headers: readonly HeaderPair[] = []): RawRequest {
  return {
    method: "POST",
    target: "/ingest?name=app%7Bsecret_label%3Dx%7D&from=1",
    headers: [["traceparent", `00-${traceId}-${senderSpan}-${flags}`], ...headers],
    body: Buffer.from("profile"),
  };
}

function push(traceId: string): RawRequest {
  const headers: HeaderPair[] = [
    ["Content-Type", "application/proto"],
    ["uber-trace-id", `${traceId}:${senderSpan}:0:1`],
  ];
  return { method: "POST", target: pushPath, headers, body: message };
}

function traceparentsOf(requests: readonly RecordedRequest[]): string[] {
  return requests.map((request) => headerOf(request, "traceparent") ?? "").toSorted();
}

describe("a request is a span of the sender's trace, each attempt one below it", () => {
  test.each([
    ["/ingest", ingest, "POST ingest", "/ingest", "traceparent", 7],
    ["Push", push, "POST push_v1_pusherservice", pushPath, "uber-trace-id", message.length],
  ] as const)("%s", async (_, request, name, path, _header, bytes) => {
    const traceId = newTraceId();
    const { requests } = sink.script({});
    expect((await sendRaw(pyroduct.receiver, request(traceId))).status).toBe(200);
    const spans = await collector.collect(3, (span) => span.traceId === traceId);
    const server = spans.filter(({ kind }) => kind === "server");
    const clients = spans.filter(({ kind }) => kind === "client");
    expect(server).toEqual([
      expect.objectContaining({
        name,
        parentSpanId: senderSpan,
        isError: false,
        attributes: {
          "http.request.method": "POST",
          "http.route": name.slice("POST ".length),
          "url.path": path,
          "client.address": "127.0.0.1",
          "http.response.status_code": 200,
          "http.request.body.size": bytes,
        },
      }),
    ]);
    const { hostname, port } = new URL(sink.url);
    const attributes = {
      "http.request.method": "POST",
      "server.address": hostname,
      "server.port": Number(port),
      "pyroduct.attempt": 1,
      "pyroduct.hedge": false,
      "http.response.status_code": 200,
    };
    expect(clients.map((client) => client.attributes)).toContainEqual({
      ...attributes,
      "pyroduct.endpoint": "first",
      "url.path": path,
    });
    expect(clients.map((client) => client.attributes)).toContainEqual({
      ...attributes,
      "pyroduct.endpoint": `${sink.url}/second`,
      "url.path": `/second${path}`,
    });
    expect(clients.map(({ parentSpanId }) => parentSpanId)).toEqual(
      clients.map(() => server[0]?.spanId ?? ""),
    );
    expect(traceparentsOf(requests)).toEqual(
      clients.map(({ spanId }) => `00-${traceId}-${spanId}-01`).toSorted(),
    );
    expect(requests.map((one) => headerOf(one, "uber-trace-id")).toSorted()).toEqual(
      clients.map(({ spanId }) => `${traceId}:${spanId}:0:1`).toSorted(),
    );
    expect(JSON.stringify(spans)).not.toContain("secret_label");
  });

  test("one without a trace begins one, sampled", async () => {
    const { requests } = sink.script({});
    const before = collector.spans.length;
    await sendRaw(pyroduct.receiver, { method: "POST", target: "//ingest?name=root", body: Buffer.alloc(5) });
    const spans = await collector.collect(3, (span) => collector.spans.indexOf(span) >= before);
    const root = spans.find(({ kind }) => kind === "server");
    expect(root).toMatchObject({
      parentSpanId: "",
      attributes: { "http.request.body.size": 5, "url.path": "/ingest" },
    });
    expect(
      traceparentsOf(requests).every((one) => one.startsWith(`00-${root?.traceId}-`) && one.endsWith("-01")),
    ).toBe(true);
  });

  test("one that the sender does not sample is passed on so, and not recorded", async () => {
    const [unsampled, sampled] = [newTraceId(), newTraceId()];
    const { requests } = sink.script({});
    await sendRaw(pyroduct.receiver, ingest(unsampled, "00"));
    expect(traceparentsOf(requests)).toEqual([
      expect.stringMatching(new RegExp(`^00-${unsampled}-[0-9a-f]{16}-00$`)),
      expect.stringMatching(new RegExp(`^00-${unsampled}-[0-9a-f]{16}-00$`)),
    ]);
    expect(traceparentsOf(requests).join()).not.toContain(senderSpan);
    await sendRaw(pyroduct.receiver, ingest(sampled));
    await collector.collect(3, ({ traceId }) => traceId === sampled);
    expect(collector.spans.filter(({ traceId }) => traceId === unsampled)).toEqual([]);
  });
});

describe("what goes wrong shows", () => {
  test("attempts that fail, by their numbers, and why the request was not delivered", async () => {
    const traceId = newTraceId();
    const { requests } = sink.script({ otherwise: { status: 503 } });
    expect((await sendRaw(pyroduct.receiver, ingest(traceId))).status).toBe(503);
    expect(requests).toHaveLength(4);
    const spans = await collector.collect(5, (span) => span.traceId === traceId);
    const attempts = spans.filter(({ kind }) => kind === "client");
    const described = attempts.map(({ attributes, isError, message: why }) => [
      attributes["pyroduct.endpoint"],
      attributes["pyroduct.attempt"],
      attributes["error.type"],
      isError,
      why,
    ]);
    expect(described.toSorted()).toEqual([
      ["first", 1, "503", true, "HTTP 503"],
      ["first", 2, "503", true, "HTTP 503"],
      [`${sink.url}/second`, 1, "503", true, "HTTP 503"],
      [`${sink.url}/second`, 2, "503", true, "HTTP 503"],
    ]);
    const request = spans.find(({ kind }) => kind === "server");
    expect(request).toMatchObject({ isError: true, attributes: { "http.response.status_code": 503 } });
    expect(request?.message).toMatch(/pyroscope\.write\.w first: HTTP 503 \(2 attempts\)/);
    expect(request?.attributes["pyroduct.reason"]).toBe(request?.message ?? "");
    expect(new Set(traceparentsOf(requests)).size).toBe(4);
  });

  test("an attempt that is late, its hedge, and which of them lost", async () => {
    const traceId = newTraceId();
    sink.script({ hangingConnections: 1 });
    expect((await sendRaw(pyroduct.receiver, ingest(traceId))).status).toBe(200);
    const spans = await collector.collect(4, (span) => span.traceId === traceId);
    const attempts = spans.filter(({ kind }) => kind === "client");
    const hedge = attempts.find(({ attributes }) => attributes["pyroduct.hedge"] === true);
    expect(hedge).toMatchObject({ isError: false, attributes: { "pyroduct.attempt": 2 } });
    const late = attempts.find(({ attributes }) => attributes["error.type"] === "canceled");
    expect(late).toMatchObject({
      isError: false,
      attributes: { "pyroduct.attempt": 1, "pyroduct.hedge": false },
    });
  });

  test("a request that is refused is no error of the server's", async () => {
    const traceId = newTraceId();
    const { requests } = sink.script({});
    const nameless = { ...ingest(traceId), target: "/ingest" };
    expect((await sendRaw(pyroduct.receiver, nameless)).status).toBe(400);
    expect(requests).toEqual([]);
    expect(await collector.collect(1, (span) => span.traceId === traceId)).toEqual([
      expect.objectContaining({
        isError: false,
        attributes: expect.objectContaining({
          "http.response.status_code": 400,
          "pyroduct.reason": expect.stringContaining("name"),
        }),
      }),
    ]);
  });
});

describe("the standard variables", () => {
  test("say who sends, where to, with which headers, and packed how", async () => {
    const traceId = newTraceId();
    sink.script({});
    await sendRaw(pyroduct.receiver, ingest(traceId));
    const [span] = await collector.collect(3, (one) => one.traceId === traceId);
    expect(span?.resource).toMatchObject({
      "service.name": "receiver",
      "deployment.environment": "test",
      "telemetry.sdk.name": "opentelemetry",
    });
    const last = collector.exports.at(-1);
    expect(last?.path).toBe("/v1/traces");
    expect(last?.headers.get("x-collector-key")).toBe("k e y");
    expect(last?.headers.get("content-type")).toBe("application/x-protobuf");
    expect(last?.headers.get("content-encoding")).toBe("gzip");
    expect(JSON.stringify(pyroduct.log)).not.toContain("k e y");
    expect(pyroduct.log.filter(({ msg }) => msg === "sending spans")).toEqual([
      expect.objectContaining({ destination: `${collector.url}/v1/traces` }),
    ]);
  });
});
