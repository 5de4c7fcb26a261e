import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "node:http2";
import { freePort } from "../http/free_port.ts";
import { testTimeoutMs, withinMs } from "../wire/bounded.ts";
import { type PyroductConfig, PyroductProcess } from "../wire/pyroduct_process.ts";
import { RawConnection, type RawRequest, sendRaw } from "../wire/raw_request.ts";
import { headerOf } from "../wire/recording.ts";
import { RecordingSink, type SinkScript } from "../wire/recording_sink.ts";

setDefaultTimeout(testTimeoutMs);

const host = "127.0.0.1";
const profile: RawRequest = { method: "POST", target: "/ingest?name=app", body: Buffer.from("profile") };

const tuning = {
  max_handlers: 1,
  max_concurrent_streams: 1,
  max_decoder_header_table_size: 1,
  max_encoder_header_table_size: 1,
  max_read_frame_size: 1,
  permit_prohibited_ciphers: true,
  idle_timeout: "1s",
  read_idle_timeout: "1s",
  ping_timeout: "1s",
  write_byte_timeout: "1s",
  max_upload_buffer_per_connection: 1,
  max_upload_buffer_per_stream: 1,
};

const nextPort = freePortBeforeFree();
const ownPort = freePort();
const [noJaeger, noTraceContext] = [{ jaeger_propagator: false }, { trace_context_propagator: false }];

/** Pairs of a receiver and a writer, by their label. */
const pairs: Readonly<
  Record<string, { readonly receiver?: PyroductConfig; readonly tracing?: PyroductConfig }>
> = {
  both: {},
  no_jaeger: { tracing: noJaeger },
  no_trace_context: { tracing: noTraceContext },
  none: { tracing: { ...noJaeger, ...noTraceContext } },
  grpc_next: { receiver: { http: { listen_port: nextPort }, grpc: {} } },
  grpc_own: { receiver: { grpc: { listen_address: "::1", listen_port: ownPort } } },
  http1: { receiver: { http: { http2: { enabled: false } } } },
  tuned: { receiver: { http: { http2: tuning } } },
};

let sink: RecordingSink;
let pyroduct: PyroductProcess;

beforeAll(async () => {
  sink = await RecordingSink.start();
  const entries = Object.entries(pairs);
  pyroduct = await PyroductProcess.start({
    "pyroscope.receive_http": Object.fromEntries(
      entries.map(([label, { receiver = {} }]) => [label, receiverConfig(label, receiver)]),
    ),
    "pyroscope.write": Object.fromEntries(
      entries.map(([label, { tracing = {} }]) => [
        label,
        { endpoint: { url: `${sink.url}/${label}` }, tracing },
      ]),
    ),
  });
}, testTimeoutMs);

afterAll(async () => {
  await pyroduct[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
}, testTimeoutMs);

function receiverConfig(write: string, { http = {}, ...more }: PyroductConfig): PyroductConfig {
  const whole = { listen_address: host, listen_port: 0, ...(http as PyroductConfig) };
  return { http: whole, forward_to: [`pyroscope.write.${write}.receiver`], ...more };
}

function address(label: string): string {
  return pyroduct.address((id) => id === `pyroscope.receive_http.${label}`);
}

/** A port that was free a moment ago, as was the one after it. */
function freePortBeforeFree(): number {
  for (;;) {
    const port = freePort();
    try {
      Bun.listen({ hostname: host, port: port + 1, socket: { data: () => {} } }).stop(true);
      return port;
    } catch {
      // Somebody has the one after it: another pair will do.
    }
  }
}

describe("tracing", () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const sent: RawRequest = { ...profile, headers: [["traceparent", `00-${traceId}-b7ad6b7169203331-01`]] };

  test.each([
    ["both by default", "both", [true, true]],
    ["without jaeger_propagator", "no_jaeger", [true, false]],
    ["without trace_context_propagator", "no_trace_context", [false, true]],
    ["neither", "none", [false, false]],
  ])("%s", async (_, label, expected) => {
    expect((await sendRaw(address(label), sent)).status).toBe(200);
    const request = sink.recording.requests.find(({ path }) => path === `/${label}/ingest`);
    const values = ["traceparent", "uber-trace-id"].map((name) => request && headerOf(request, name));
    expect(values.map((value) => value?.includes(traceId) ?? false)).toEqual(expected);
  });
});

describe("the grpc block", () => {
  async function speaksHttp2(where: string): Promise<boolean> {
    const session = connect(`http://${where}`);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    session.once("remoteSettings", () => resolve(true));
    session.once("error", () => resolve(false));
    try {
      return await withinMs(5000, "an HTTP/2 connection", promise);
    } finally {
      session.destroy();
    }
  }

  test.each([
    [
      "listens at the next port of the same address where it says nothing",
      "grpc_next",
      `${host}:${nextPort + 1}`,
    ],
    ["listens where listen_address and listen_port say", "grpc_own", `[::1]:${ownPort}`],
  ])("%s", async (_, label, expected) => {
    const component_id = `pyroscope.receive_http.${label}`;
    const told = pyroduct.log.filter(
      (line) => line["component_id"] === component_id && line["protocol"] === "grpc",
    );
    expect(told.map((line) => line["address"])).toEqual([expected]);
    expect(await speaksHttp2(expected)).toBe(true);
  });
});

describe("the http2 block", () => {
  async function statusOverHttp2(label: string): Promise<string> {
    const flags = ["--silent", "--max-time", "10", "--http2-prior-knowledge", "--data-binary", "profile"];
    const output = ["--output", "/dev/null", "--write-out", "%{http_code}"];
    const url = `http://${address(label)}/ingest?name=app`;
    return (await Bun.spawn(["curl", ...flags, ...output, url], { stdout: "pipe" }).stdout.text()).trim();
  }

  test("with enabled: false leaves HTTP/1.1 alone", async () => {
    expect(await statusOverHttp2("http1")).not.toBe("200");
    expect((await sendRaw(address("http1"), profile)).status).toBe(200);
  });

  test("takes Alloy's tuning and tells that it has no meaning", async () => {
    expect(await statusOverHttp2("tuned")).toBe("200");
    const told = pyroduct.log.flatMap(({ ignored }) => (Array.isArray(ignored) ? ignored.map(String) : []));
    const names = Object.keys(tuning).map((key) => `http.http2.${key}`);
    expect(told.toSorted()).toEqual(names.toSorted());
  });
});

describe.concurrent("graceful_shutdown_timeout", () => {
  async function underWay(script: SinkScript, graceful_shutdown_timeout: string) {
    const slow = await RecordingSink.start(script);
    const stopping = await PyroductProcess.start({
      "pyroscope.receive_http": { r: receiverConfig("w", { graceful_shutdown_timeout }) },
      "pyroscope.write": { w: { endpoint: { url: slow.url } } },
    });
    const sender = await RawConnection.open(stopping.receiver);
    const answer = sender.request(profile).then(
      ({ status }) => status,
      () => "cut",
    );
    await slow.recording.request(1);
    return { slow, stopping, answer };
  }

  test("bounds the end where a destination hangs", async () => {
    const { slow, stopping, answer } = await underWay({ otherwise: { instead: "hang" } }, "500ms");
    await using _ = slow;
    const startedAt = performance.now();
    expect(await stopping.stop()).toBe(0);
    expect(performance.now() - startedAt).toBeGreaterThan(450);
    expect(performance.now() - startedAt).toBeLessThan(3 * 1500);
    expect(await answer).not.toBe(200);
  });

  test("lets a request under way finish", async () => {
    const { slow, stopping, answer } = await underWay({ otherwise: { delay_seconds: 0.5 } }, "10s");
    await using _ = slow;
    const ended = stopping.stop();
    expect(await answer).toBe(200);
    expect(await ended).toBe(0);
  });
});
