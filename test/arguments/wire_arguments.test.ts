import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect } from "node:http2";
import { freePort } from "../http/free_port.ts";
import { testTimeoutMs, withinMs } from "../wire/bounded.ts";
import { type PyroductConfig, PyroductProcess } from "../wire/pyroduct_process.ts";
import { RawConnection, type RawRequest, sendRaw } from "../wire/raw_request.ts";
import { headerOf } from "../wire/recording.ts";
import { RecordingSink } from "../wire/recording_sink.ts";

setDefaultTimeout(testTimeoutMs);

const host = "127.0.0.1";
const profile: RawRequest = { method: "POST", target: "/ingest?name=app", body: Buffer.from("profile") };

/** A receiver with these arguments besides where it forwards to. */
function configOf(sink: RecordingSink, receiver: PyroductConfig, write: PyroductConfig = {}): PyroductConfig {
  const { http = {}, ...more } = receiver;
  const whole = { listen_address: host, listen_port: 0, ...(http as PyroductConfig) };
  return {
    "pyroscope.receive_http": { r: { http: whole, forward_to: ["pyroscope.write.w.receiver"], ...more } },
    "pyroscope.write": { w: { endpoint: { url: sink.url }, ...write } },
  };
}

describe.concurrent("tracing", () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const sent: RawRequest = { ...profile, headers: [["traceparent", `00-${traceId}-b7ad6b7169203331-01`]] };

  test.each([
    ["both by default", {}, [true, true]],
    ["without jaeger_propagator", { jaeger_propagator: false }, [true, false]],
    ["without trace_context_propagator", { trace_context_propagator: false }, [false, true]],
    ["neither", { jaeger_propagator: false, trace_context_propagator: false }, [false, false]],
  ])("%s", async (_, tracing, expected) => {
    await using sink = await RecordingSink.start();
    await using pyroduct = await PyroductProcess.start(configOf(sink, {}, { tracing }));
    await sendRaw(pyroduct.receiver, sent);
    const request = await sink.recording.request(1);
    const names = ["traceparent", "uber-trace-id"];
    expect(names.map((name) => headerOf(request, name)?.includes(traceId) ?? false)).toEqual(expected);
  });
});

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

describe.concurrent("the grpc block", () => {
  async function speaksHttp2(address: string): Promise<boolean> {
    const session = connect(`http://${address}`);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    session.once("remoteSettings", () => resolve(true));
    session.once("error", () => resolve(false));
    try {
      return await withinMs(5000, "an HTTP/2 connection", promise);
    } finally {
      session.destroy();
    }
  }

  function grpcAddress(pyroduct: PyroductProcess): string {
    return String(pyroduct.log.find(({ protocol }) => protocol === "grpc")?.["address"]);
  }

  test("listens at the next port of the same address where it says nothing", async () => {
    await using sink = await RecordingSink.start();
    const listen_port = freePortBeforeFree();
    await using pyroduct = await PyroductProcess.start(configOf(sink, { http: { listen_port }, grpc: {} }));
    expect(grpcAddress(pyroduct)).toBe(`${host}:${listen_port + 1}`);
    expect(await speaksHttp2(grpcAddress(pyroduct))).toBe(true);
  });

  test("listens where listen_address and listen_port say", async () => {
    await using sink = await RecordingSink.start();
    const grpc = { listen_address: "::1", listen_port: freePort() };
    await using pyroduct = await PyroductProcess.start(configOf(sink, { grpc }));
    expect(grpcAddress(pyroduct)).toBe(`[::1]:${grpc.listen_port}`);
    expect(await speaksHttp2(`[::1]:${grpc.listen_port}`)).toBe(true);
  });
});

describe.concurrent("the http2 block", () => {
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

  async function statusOverHttp2(address: string): Promise<string> {
    const flags = ["--silent", "--max-time", "10", "--http2-prior-knowledge", "--data-binary", "profile"];
    const output = ["--output", "/dev/null", "--write-out", "%{http_code}"];
    const child = Bun.spawn(["curl", ...flags, ...output, `http://${address}/ingest?name=app`], {
      stdout: "pipe",
    });
    return (await child.stdout.text()).trim();
  }

  test("with enabled: false leaves HTTP/1.1 alone", async () => {
    await using sink = await RecordingSink.start();
    await using pyroduct = await PyroductProcess.start(
      configOf(sink, { http: { http2: { enabled: false } } }),
    );
    expect(await statusOverHttp2(pyroduct.receiver)).not.toBe("200");
    expect((await sendRaw(pyroduct.receiver, profile)).status).toBe(200);
  });

  test("takes Alloy's tuning and tells that it has no meaning", async () => {
    await using sink = await RecordingSink.start();
    await using pyroduct = await PyroductProcess.start(configOf(sink, { http: { http2: tuning } }));
    expect(await statusOverHttp2(pyroduct.receiver)).toBe("200");
    const told = pyroduct.log.flatMap(({ ignored }) => (Array.isArray(ignored) ? ignored.map(String) : []));
    expect(told.toSorted()).toEqual(
      Object.keys(tuning)
        .map((key) => `http.http2.${key}`)
        .toSorted(),
    );
  });
});

describe.concurrent("graceful_shutdown_timeout", () => {
  test("bounds the end where a destination hangs", async () => {
    await using sink = await RecordingSink.start({ otherwise: { instead: "hang" } });
    const pyroduct = await PyroductProcess.start(configOf(sink, { graceful_shutdown_timeout: "500ms" }));
    using sender = await RawConnection.open(pyroduct.receiver);
    const answer = sender.request(profile).then(
      ({ status }) => status,
      () => "cut",
    );
    await sink.recording.request(1);
    const startedAt = performance.now();
    expect(await pyroduct.stop()).toBe(0);
    expect(performance.now() - startedAt).toBeGreaterThan(450);
    expect(performance.now() - startedAt).toBeLessThan(3 * 1500);
    expect(await answer).not.toBe(200);
  });

  test("lets a request under way finish", async () => {
    await using sink = await RecordingSink.start({ otherwise: { delay_seconds: 0.5 } });
    const pyroduct = await PyroductProcess.start(configOf(sink, { graceful_shutdown_timeout: "10s" }));
    using sender = await RawConnection.open(pyroduct.receiver);
    const answer = sender.request(profile);
    await sink.recording.request(1);
    const ended = pyroduct.stop();
    expect((await answer).status).toBe(200);
    expect(await ended).toBe(0);
  });
});
