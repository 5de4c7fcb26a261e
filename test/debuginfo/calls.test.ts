import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  FileMetadata_Type,
  FileMetadataSchema,
  type ShouldInitiateUploadRequest,
} from "../../src/gen/debuginfo/v1alpha1/debuginfo_pb.ts";
import { testTimeoutMs } from "../wire/bounded.ts";
import { sendRaw } from "../wire/raw_request.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { clientOf, dialects } from "./debug_info_client.ts";
import { DebugInfoServer } from "./debug_info_server.ts";
import { RunningShard } from "./running_shard.ts";

setDefaultTimeout(testTimeoutMs);

const servicePath = "/debuginfo.v1alpha1.DebuginfoService";
const file = { gnuBuildId: "abc123", name: "libc.so.6", type: FileMetadata_Type.EXECUTABLE_FULL };
const forwardTo = { forward_to: ["pyroscope.write.w.receiver"] };

const calls = "pyroscope_receive_http_debuginfo_downstream_calls_total";

/** The error that the promise is rejected with, as connect-es has it. */
async function errorOf(promise: Promise<unknown>): Promise<ConnectError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectError)) throw new Error(`expected a ConnectError, got ${error}`);
  return error;
}

describe.each(dialects)("a call in %s", (dialect) => {
  test("gets the answer of the endpoint", async () => {
    const seen: ShouldInitiateUploadRequest[] = [];
    await using server = new DebugInfoServer({
      shouldInitiateUpload: (request) => {
        seen.push(request);
        return { shouldInitiateUpload: true, reason: "never seen" };
      },
      uploadFinished: () => ({}),
    });
    await using shard = await RunningShard.start(forwardTo, {
      "pyroscope.write": { w: { endpoint: { url: server.url } } },
    });
    const client = clientOf(shard.address, dialect);
    const answer = await client.shouldInitiateUpload({ file });
    await client.uploadFinished({ gnuBuildId: "abc123" });

    expect([answer.shouldInitiateUpload, answer.reason]).toEqual([true, "never seen"]);
    expect(seen.map((request) => request.file)).toMatchObject([file]);
    expect(await shard.metric(calls, { method: "ShouldInitiateUpload", result: "success" })).toBe(1);
    expect(await shard.metric(calls, { method: "UploadFinished", result: "success" })).toBe(1);
  });

  test("gets the error of the endpoint", async () => {
    await using server = new DebugInfoServer({
      shouldInitiateUpload: () => {
        const detail = { desc: FileMetadataSchema, value: create(FileMetadataSchema, file) };
        throw new ConnectError("not in this tenant", Code.PermissionDenied, { "x-inside": "1" }, [detail]);
      },
    });
    await using shard = await RunningShard.start(forwardTo, {
      "pyroscope.write": { w: { endpoint: { url: server.url } } },
    });
    const error = await errorOf(clientOf(shard.address, dialect).shouldInitiateUpload({ file }));

    expect([error.code, error.rawMessage]).toEqual([Code.PermissionDenied, "not in this tenant"]);
    expect(error.findDetails(FileMetadataSchema)).toMatchObject([file]);
    expect(error.metadata.get("x-inside")).toBeNull();
    expect(await shard.metric(calls, { method: "ShouldInitiateUpload", result: "failure" })).toBe(1);
    expect(shard.logged("warn").join("\n")).toContain("not in this tenant");
  });
});

test("a call carries what every request to the endpoint does, and the headers to forward", async () => {
  await using server = new DebugInfoServer({ uploadFinished: () => ({}) }, "/prefix");
  await using shard = await RunningShard.start(
    { ...forwardTo, forward_headers: ["x-scope-orgid", "x-fixed"] },
    {
      "pyroscope.write": {
        w: {
          endpoint: {
            url: server.url,
            basic_auth: { username: "u", password: "p" },
            headers: { "x-fixed": "endpoint", "Content-Type": "text/plain" },
            remote_timeout: "3s",
          },
        },
      },
    },
  );
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  await clientOf(shard.address, "connect json").uploadFinished(
    { gnuBuildId: "abc123" },
    { headers: { "X-Scope-OrgID": "team", "x-fixed": "sender", "x-other": "1", traceparent } },
  );
  const [headers] = server.headers;
  const names = ["authorization", "x-scope-orgid", "x-fixed", "x-other", "content-type"];
  expect(names.map((name) => headers?.get(name))).toEqual([
    `Basic ${btoa("u:p")}`,
    "team",
    "endpoint",
    null,
    "application/proto",
  ]);
  expect(headers?.get("user-agent")).toStartWith("pyroduct/");
  expect(headers?.get("traceparent")).toStartWith("00-0af7651916cd43dd8448eb211c80319c-");
  const timeoutMs = Number(headers?.get("connect-timeout-ms"));
  expect(timeoutMs).toBeGreaterThan(1000);
  expect(timeoutMs).toBeLessThanOrEqual(3000);
});

test("the first endpoint downstream is asked, past relabel and enrich, and no other", async () => {
  await using first = new DebugInfoServer({ uploadFinished: () => ({}) });
  await using other = new DebugInfoServer({ uploadFinished: () => ({}) });
  await using shard = await RunningShard.start(
    {
      forward_to: [
        "pyroscope.local_store.s.receiver",
        "pyroscope.relabel.a.receiver",
        "pyroscope.write.x.receiver",
      ],
    },
    {
      "pyroscope.local_store": { s: {} },
      "pyroscope.relabel": { a: { forward_to: ["pyroscope.enrich.b.receiver"], rule: [] } },
      "pyroscope.enrich": {
        b: {
          forward_to: ["pyroscope.local_store.s.receiver", "pyroscope.write.w.receiver"],
          targets: [],
          target_match_label: "service_name",
        },
      },
      "pyroscope.write": {
        w: { endpoint: [{ url: first.url }, { url: other.url }] },
        x: { endpoint: { url: other.url } },
      },
    },
  );
  await clientOf(shard.address, "connect").uploadFinished({ gnuBuildId: "abc123" });
  expect([first.headers.length, other.headers.length]).toEqual([1, 0]);
});

test("without an endpoint downstream a call is unavailable", async () => {
  await using shard = await RunningShard.start(
    { forward_to: ["pyroscope.local_store.s.receiver"] },
    { "pyroscope.local_store": { s: {} } },
  );
  const error = await errorOf(clientOf(shard.address, "connect").shouldInitiateUpload({ file }));
  expect([error.code, error.rawMessage]).toEqual([
    Code.Unavailable,
    "no endpoint downstream takes debug information",
  ]);
  expect(await shard.metric(calls, { method: "ShouldInitiateUpload", result: "failure" })).toBe(1);
});

describe("an endpoint that fails is asked once", () => {
  test.each([
    ["breaks the connection", { instead: "reset" }, Code.Unavailable],
    ["answers 502 without a Connect body", { status: 502, body: "<html>" }, Code.Unavailable],
    ["answers 401", { status: 401, body: "who?" }, Code.Unauthenticated],
    ["answers unavailable", { status: 503, body: '{"code":"unavailable"}' }, Code.Unavailable],
    ["redirects", { status: 307, headers: [["Location", "/elsewhere"]] }, Code.Unknown],
    ["answers with something else", { status: 200, body: "<html>" }, Code.Unknown],
  ] as const)("where it %s", async (_, answer, code) => {
    await using sink = await RecordingSink.start({ otherwise: answer });
    await using shard = await RunningShard.start(forwardTo, {
      "pyroscope.write": { w: { endpoint: { url: sink.url, min_backoff_period: "1ms" } } },
    });
    const error = await errorOf(clientOf(shard.address, "connect").uploadFinished({ gnuBuildId: "a" }));
    expect(error.code).toBe(code);
    expect(sink.recording.requests.map(({ path }) => path)).toEqual([`${servicePath}/UploadFinished`]);
  });

  test("where nobody listens", async () => {
    await using shard = await RunningShard.start(forwardTo, {
      "pyroscope.write": { w: { endpoint: { url: "http://127.0.0.1:1", name: "nobody" } } },
    });
    const error = await errorOf(clientOf(shard.address, "connect").uploadFinished({ gnuBuildId: "a" }));
    expect([error.code, error.rawMessage]).toEqual([
      Code.Unavailable,
      "pyroscope.write.w nobody: connection refused",
    ]);
  });
});

describe("an endpoint that does not answer", () => {
  test.each([
    ["the deadline that the sender states", {}, {}, 150],
    ["remote_timeout", { remote_timeout: "150ms" }, {}, undefined],
    ["server_write_timeout", {}, { server_write_timeout: "300ms" }, undefined],
  ] as const)("is waited for by %s", async (_, endpoint, http, timeoutMs) => {
    await using sink = await RecordingSink.start({ otherwise: { instead: "hang" } });
    await using shard = await RunningShard.start(
      forwardTo,
      { "pyroscope.write": { w: { endpoint: { url: sink.url, ...endpoint } } } },
      http,
    );
    const startedAt = performance.now();
    // The deadline goes as a header alone, so that it is not the client that ends the call.
    const headers = timeoutMs === undefined ? {} : { "connect-timeout-ms": String(timeoutMs) };
    const call = clientOf(shard.address, "connect").uploadFinished({ gnuBuildId: "a" }, { headers });
    expect((await errorOf(call)).code).toBe(Code.DeadlineExceeded);
    expect(performance.now() - startedAt).toBeLessThan(450);
    await (await sink.recording.request(1)).cancelled;
  });
});

test("what is no call of the service is refused as elsewhere", async () => {
  await using shard = await RunningShard.start(
    { forward_to: ["pyroscope.local_store.s.receiver"] },
    { "pyroscope.local_store": { s: {} } },
  );
  const ask = async (method: string, target: string) => {
    const { status, header } = await sendRaw(shard.address, { method, target: servicePath + target });
    return [status, header("allow")];
  };
  expect(await ask("GET", "/ShouldInitiateUpload")).toEqual([405, "POST"]);
  expect(await ask("PUT", "/UploadFinished")).toEqual([405, "POST"]);
  expect(await ask("GET", "/Upload/abc")).toEqual([405, "POST"]);
  expect(await ask("POST", "/Upload")).toEqual([404, undefined]);
  expect(await ask("POST", "/Upload/")).toEqual([404, undefined]);
  expect(await ask("POST", "/Upload/a/b")).toEqual([404, undefined]);
  expect(await ask("POST", "/Other")).toEqual([404, undefined]);
});

test("the metrics of requests name the method", async () => {
  await using server = new DebugInfoServer({
    shouldInitiateUpload: () => ({ shouldInitiateUpload: false }),
    uploadFinished: () => ({}),
  });
  await using shard = await RunningShard.start(forwardTo, {
    "pyroscope.write": { w: { endpoint: { url: server.url } } },
  });
  const client = clientOf(shard.address, "connect");
  await client.shouldInitiateUpload({ file });
  await client.uploadFinished({ gnuBuildId: "a" });
  const count = (route: string) =>
    shard.metric("pyroscope_receive_http_request_duration_seconds_count", { route, status_code: "200" });
  expect(await count("debuginfo_v1alpha1_debuginfoservice_shouldinitiateupload")).toBe(1);
  expect(await count("debuginfo_v1alpha1_debuginfoservice_uploadfinished")).toBe(1);
});
