import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { eventually } from "../base/eventually.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import { sendRaw } from "../wire/raw_request.ts";
import { headerOf } from "../wire/recording.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { RunningShard } from "./running_shard.ts";
import { framings, OutgoingUpload, uploadPath } from "./upload_client.ts";
import { UploadSink } from "./upload_sink.ts";

setDefaultTimeout(testTimeoutMs);

const forwardTo = { forward_to: ["pyroscope.write.w.receiver"] };
const calls = "pyroscope_receive_http_debuginfo_downstream_calls_total";
const uploadedBytes = "pyroscope_ebpf_debug_info_upload_bytes_total";
const route = "debuginfo_v1alpha1_debuginfoservice_upload_gnu_build_id";

const piece = new Uint8Array(64 * 1024).fill(7);

function shardBefore(url: string, endpoint: object = {}, receiver: object = {}, http: object = {}) {
  const write = { w: { endpoint: { url, ...endpoint } } };
  return RunningShard.start({ ...forwardTo, ...receiver }, { "pyroscope.write": write }, http);
}

function sha256(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

describe.each(framings)("an upload with %s", (framing) => {
  test("arrives as it was sent, and is answered 200 with nothing", async () => {
    await using sink = await RecordingSink.start({ otherwise: { body: "thanks" } });
    await using shard = await shardBefore(`${sink.url}/prefix/`);
    const body = randomBytes(3_000_001);
    const answer = await sendRaw(shard.address, {
      method: "POST",
      target: `${uploadPath}abc123?part=1`,
      headers: [["Content-Type", "application/octet-stream"]],
      body,
      ...(framing === "chunks" ? { chunkSizes: [1, 70_000, 5, 1_000_000] } : {}),
    });
    expect([answer.status, answer.text]).toEqual([200, ""]);
    expect(answer.header("connection")).not.toBe("close");

    const [request] = sink.recording.requests;
    if (request === undefined) throw new Error("nothing arrived");
    expect([request.method, request.path, request.query]).toEqual(["POST", `/prefix${uploadPath}abc123`, ""]);
    expect(sha256(request.body)).toBe(sha256(body));
    const isLength = framing === "a stated length";
    expect(headerOf(request, "content-length")).toBe(isLength ? String(body.length) : undefined);
    expect(headerOf(request, "transfer-encoding")).toBe(isLength ? undefined : "chunked");
    expect(headerOf(request, "content-type")).toBe("application/octet-stream");

    expect(await shard.metric(calls, { method: "Upload", result: "success" })).toBe(1);
    expect(await shard.metric(uploadedBytes)).toBe(body.length);
    const received = "pyroscope_receive_http_request_message_bytes_sum";
    expect(await shard.metric(received, { route })).toBe(body.length);
  });

  test("of nothing arrives too", async () => {
    await using sink = await RecordingSink.start();
    await using shard = await shardBefore(sink.url);
    using upload = await OutgoingUpload.begin(shard.address, 0, framing);
    await upload.end();
    expect((await upload.connection.response()).status).toBe(200);
    expect(sink.recording.requests.map(({ body }) => body.length)).toEqual([0]);
  });

  test("goes on before its end has come, past the limits of other requests", async () => {
    await using sink = await UploadSink.start();
    const http = {
      server_read_timeout: "200ms",
      server_write_timeout: "200ms",
      server_idle_timeout: "1s",
      max_body_size: "1KiB",
      max_in_flight_bytes: "1KiB",
    };
    await using shard = await shardBefore(sink.url, { remote_timeout: "200ms" }, {}, http);
    const pieces = 4;
    using upload = await OutgoingUpload.begin(shard.address, pieces * piece.length, framing);
    for (let sent = 1; sent <= pieces; sent += 1) {
      await upload.send(piece);
      await (await sink.upload()).arrived(sent * piece.length);
      // Slowness itself is what is tested here.
      await Bun.sleep(250);
    }
    await upload.end();
    const incoming = await sink.upload();
    await eventually("the end of the body", () => framing !== "chunks" || incoming.isChunkedEnd);
    incoming.answer(200);
    expect((await upload.connection.response()).status).toBe(200);
  });

  test("ends at the endpoint when its sender goes away, and is not complete there", async () => {
    await using sink = await UploadSink.start();
    await using shard = await shardBefore(sink.url);
    const upload = await OutgoingUpload.begin(shard.address, 10 * piece.length, framing);
    await upload.send(piece);
    const incoming = await sink.upload();
    await incoming.arrived(piece.length);
    upload[Symbol.dispose]();
    await incoming.closed();
    expect(incoming.bytes).toBeLessThan(2 * piece.length);
    expect(incoming.isChunkedEnd).toBe(false);
    await eventually(
      "the failure in the metrics",
      async () => (await shard.metric(calls, { method: "Upload", result: "failure" })) === 1,
    );
    expect(shard.logged("warn")).toEqual([]);
  });

  test.each([
    ["an error", 409, 502],
    ["200", 200, 200],
  ])("that is answered early with %s ends then", async (_, status, expected) => {
    await using sink = await UploadSink.start();
    await using shard = await shardBefore(sink.url);
    using upload = await OutgoingUpload.begin(shard.address, 1000 * piece.length, framing);
    await upload.send(piece);
    const incoming = await sink.upload();
    await incoming.arrived(piece.length);
    incoming.answer(status, "known already");
    const answer = await upload.connection.response();
    expect([answer.status, answer.header("connection")]).toEqual([expected, "close"]);
    await upload.connection.closed;
    await incoming.closed();
    expect(incoming.isChunkedEnd).toBe(false);
  });
});

test("an upload carries what every request to the endpoint does, and the headers to forward", async () => {
  await using sink = await RecordingSink.start();
  await using shard = await shardBefore(
    sink.url,
    { bearer_token: "token", headers: { "x-fixed": "endpoint" }, http_headers: { "x-list": ["1", "2"] } },
    { forward_headers: ["x-scope-orgid", "x-fixed"] },
  );
  await sendRaw(shard.address, {
    method: "POST",
    target: `${uploadPath}abc123`,
    headers: [
      ["X-Scope-OrgID", "team"],
      ["x-fixed", "sender"],
      ["x-other", "1"],
      ["Authorization", "Bearer sender"],
      ["Content-Encoding", "gzip"],
    ],
    body: Bun.gzipSync(piece),
  });
  const [request] = sink.recording.requests;
  if (request === undefined) throw new Error("nothing arrived");
  const names = ["authorization", "x-scope-orgid", "x-fixed", "x-list", "x-other", "content-encoding"];
  expect(names.map((name) => headerOf(request, name))).toEqual([
    "Bearer token",
    "team",
    "endpoint",
    "1, 2",
    undefined,
    "gzip",
  ]);
  expect(request.body).toEqual(new Uint8Array(Bun.gzipSync(piece)));
});

describe("a build id", () => {
  const sent = [
    ["abc%2Fdef", "abc%2Fdef"],
    ["..%2f..%2fpush.v1.PusherService%2FPush", "..%2f..%2fpush.v1.PusherService%2FPush"],
    ["%2e%2e%2f", "%2e%2e%2f"],
    ["a%0d%0aX-Evil:%201", "a%0d%0aX-Evil:%201"],
    ["a%00b", "a%00b"],
    ["a%3fb%23c", "a%3fb%23c"],
    ["a#b", "a%23b"],
    ["100%", "100%"],
    ["é|", "%C3%A9%7C"],
    ["a;b=c,d@e:f!g~h", "a;b=c,d@e:f!g~h"],
  ] as const;

  test.each(sent)("%s goes on as %s", async (id, expected) => {
    await using sink = await RecordingSink.start();
    await using shard = await shardBefore(sink.url);
    const { status } = await sendRaw(shard.address, { method: "POST", target: uploadPath + id });
    expect(status).toBe(200);
    const [request] = sink.recording.requests;
    expect(request?.path).toBe(uploadPath + expected);
    expect(request?.headers.some(([name]) => name.toLowerCase() === "x-evil")).toBe(false);
  });

  test.each(["..", ".", "%2e%2e", ".%2E", "a/../b/c", "a\\b"])(
    "%s is none, and nothing is sent",
    async (id) => {
      await using sink = await RecordingSink.start();
      await using shard = await shardBefore(sink.url);
      const { status } = await sendRaw(shard.address, { method: "POST", target: uploadPath + id });
      expect(status).toBe(404);
      expect(sink.recording.requests).toEqual([]);
    },
  );
});

describe("an upload that fails is tried once and answered 502 with the reason", () => {
  test.each([
    ["204", { status: 204 }, "HTTP 204"],
    ["403", { status: 403, body: "no uploads here\n" }, "HTTP 403: no uploads here"],
    ["503", { status: 503, headers: [["Retry-After", "1"]] }, "HTTP 503"],
    ["a redirect", { status: 307, headers: [["Location", "/x"]] }, "HTTP 307"],
    ["a reset", { instead: "reset" }, "the connection was closed before the answer"],
  ] as const)("where the endpoint answers with %s", async (_, answer, reason) => {
    await using sink = await RecordingSink.start({ otherwise: answer });
    await using shard = await shardBefore(sink.url, { name: "main", min_backoff_period: "1ms" });
    const got = await sendRaw(shard.address, { method: "POST", target: `${uploadPath}abc`, body: piece });
    expect([got.status, got.text]).toEqual([502, `pyroscope.write.w main: ${reason}\n`]);
    expect(sink.recording.requests.length).toBe(1);
    expect(await shard.metric(calls, { method: "Upload", result: "failure" })).toBe(1);
    expect(shard.logged("warn").join("\n")).toContain(reason);
  });

  test("where nobody listens", async () => {
    await using shard = await shardBefore("http://127.0.0.1:1", { name: "nobody" });
    using upload = await OutgoingUpload.begin(shard.address, 1000 * piece.length);
    await upload.send(piece);
    const answer = await upload.connection.response();
    expect([answer.status, answer.text]).toEqual([502, "pyroscope.write.w nobody: connection refused\n"]);
    await upload.connection.closed;
  });

  test("where the connection breaks in the middle", async () => {
    await using sink = await UploadSink.start();
    await using shard = await shardBefore(sink.url);
    using upload = await OutgoingUpload.begin(shard.address, 1000 * piece.length);
    await upload.send(piece);
    const incoming = await sink.upload();
    await incoming.arrived(piece.length);
    incoming.reset();
    expect((await upload.connection.response()).status).toBe(502);
    expect(sink.uploads.length).toBe(1);
  });

  test.each([
    ["endpoint's", { debug_info_upload_timeout: "200ms" }, {}],
    ["receiver's", {}, { debug_info_upload_timeout: "200ms" }],
  ])("where it takes longer than the %s debug_info_upload_timeout", async (_, endpoint, receiver) => {
    await using sink = await UploadSink.start();
    await using shard = await shardBefore(sink.url, endpoint, receiver);
    const startedAt = performance.now();
    using upload = await OutgoingUpload.begin(shard.address, 10 * piece.length);
    await upload.send(piece);
    const answer = await upload.connection.response();
    expect([answer.status, answer.text]).toEqual([502, `pyroscope.write.w ${sink.url}: no answer in time\n`]);
    expect(performance.now() - startedAt).toBeGreaterThan(190);
    expect(performance.now() - startedAt).toBeLessThan(600);
    await (await sink.upload()).closed();
  });
});

test("without an endpoint downstream an upload is answered 503 at once", async () => {
  await using shard = await RunningShard.start(
    { forward_to: ["pyroscope.local_store.s.receiver"] },
    { "pyroscope.local_store": { s: {} } },
  );
  using upload = await OutgoingUpload.begin(shard.address, 1000 * piece.length);
  await upload.send(piece);
  const answer = await upload.connection.response();
  expect([answer.status, answer.text]).toEqual([503, "no endpoint downstream takes debug information\n"]);
  await upload.connection.closed;
  expect(await shard.metric(calls, { method: "Upload", result: "failure" })).toBe(1);
});

test("the metrics of requests name the route", async () => {
  await using sink = await RecordingSink.start();
  await using shard = await shardBefore(sink.url);
  await sendRaw(shard.address, { method: "POST", target: `${uploadPath}abc`, body: piece });
  const count = "pyroscope_receive_http_request_duration_seconds_count";
  expect(await shard.metric(count, { route, method: "POST", status_code: "200" })).toBe(1);
});
