import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { eventually } from "../base/eventually.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { testTimeoutMs, withinMs } from "../wire/bounded.ts";
import { headerOf } from "../wire/recording.ts";
import { useGrpcBed } from "./grpc_bed.ts";
import { type CallerOptions, PushCaller, type PushMessage } from "./push_caller.ts";
import { arrivalOf, arrivals, message, noise } from "./push_samples.ts";
import { RawSession } from "./raw_session.ts";

setDefaultTimeout(testTimeoutMs);

const token = "token-of-the-agents";
const maxBodyBytes = 64 * 1024;
/** How long a message may take to arrive where the receiver is in a hurry. */
const readMs = 300;
/** Calls that one connection may have under way. */
const maxStreams = 100;
const openConnections = { protocol: "grpc", component_id: "pyroscope.receive_http.open" };
const ok = { code: "ok", message: "" };

const folder = new TemporaryFolder();
writeFileSync(folder.file("tokens"), `${token}\n`);
afterAll(() => folder[Symbol.dispose]());

const bed = useGrpcBed({
  open: { http: { max_body_size: maxBodyBytes } },
  guarded: { http: { auth: { bearer_tokens_file: folder.file("tokens") } } },
  limited: { http: { conn_limit: 1 } },
  hasty: { http: { server_read_timeout: `${readMs}ms` } },
  impatient: { http: { server_idle_timeout: "300ms" } },
  ageing: { http: { max_connection_age: "100ms" } },
});

describe("a Push by gRPC", () => {
  test.each([
    ["plain", {}],
    ["compressed", { gzip: true }],
  ])("arrives byte for byte with the labels that it is to have, %s", async (_, options: CallerOptions) => {
    const recording = bed().sink.script({});
    using caller = new PushCaller(bed().grpc("open"), options);
    const profile = noise(maxBodyBytes / 2);
    expect(await caller.push(message(profile))).toEqual(ok);
    expect(arrivals(recording)).toEqual([arrivalOf(profile)]);
  });

  test("takes the headers along that are to be forwarded, and no others", async () => {
    const recording = bed().sink.script({});
    using caller = new PushCaller(bed().grpc("open"));
    const headers = { "x-scope-orgid": "tenant-1", "x-other": "other" };
    expect(await caller.push(message(noise(10)), { headers })).toEqual(ok);
    const seen = recording.requests.map((request) => [
      headerOf(request, "x-scope-orgid"),
      headerOf(request, "x-other"),
    ]);
    expect(seen).toEqual([["tenant-1", undefined]]);
  });

  test.each<[string, PushMessage, CallerOptions, string, string]>([
    [
      "labels that are not allowed",
      message(noise(10), { "a-b": "c" }),
      {},
      "InvalidArgument",
      'the label name "a-b"',
    ],
    ["more than max_body_size", message(noise(maxBodyBytes)), {}, "ResourceExhausted", `${maxBodyBytes}`],
    [
      "more than max_body_size without its compression",
      message(new Uint8Array(maxBodyBytes)),
      { gzip: true },
      "ResourceExhausted",
      `${maxBodyBytes}`,
    ],
  ])("with %s is refused, and the next one is not", async (_, wrong, options, code, words) => {
    const recording = bed().sink.script({});
    using caller = new PushCaller(bed().grpc("open"), options);
    expect(await caller.push(wrong)).toEqual({ code, message: expect.stringContaining(words) });
    expect(arrivals(recording)).toEqual([]);
    expect(await caller.push(message(noise(10)))).toEqual(ok);
  });

  test("that the destination refuses ends with what it said", async () => {
    bed().sink.script({ otherwise: { status: 503, body: "the store is full" } });
    using caller = new PushCaller(bed().grpc("open"));
    const outcome = await caller.push(message(noise(10)));
    expect(outcome).toEqual({ code: "Unavailable", message: expect.stringContaining("the store is full") });
  });

  test("ends by its deadline, which the destination learns of", async () => {
    const deadlineMs = 1000;
    const recording = bed().sink.script({ otherwise: { instead: "hang" } });
    using caller = new PushCaller(bed().grpc("open"));
    const startedAt = performance.now();
    // Stated in a header the deadline is the server's to keep: the client would keep its own.
    const outcome = await caller.push(message(noise(10)), { headers: { "grpc-timeout": `${deadlineMs}m` } });
    expect(performance.now() - startedAt).toBeLessThan(3 * deadlineMs);
    // On a busy machine the protocol's own clock may be the first to tell, in words of its own.
    expect(outcome).toMatchObject({ code: "DeadlineExceeded" });
    const stated = recording.requests.map((request) => Number(headerOf(request, "connect-timeout-ms")));
    expect(stated.length).toBeGreaterThan(0);
    expect(Math.max(...stated)).toBeLessThanOrEqual(deadlineMs);
    expect(Math.min(...stated)).toBeGreaterThan(0);
  });

  test("whose caller cancels it is cancelled downstream", async () => {
    const recording = bed().sink.script({ otherwise: { instead: "hang" } });
    using caller = new PushCaller(bed().grpc("open"));
    const canceling = new AbortController();
    const calling = caller.push(message(noise(10)), { signal: canceling.signal, timeoutMs: 20_000 });
    const { cancelled } = await recording.request(1);
    canceling.abort();
    expect(await calling).toMatchObject({ code: "Canceled" });
    await withinMs(3_000, "cancelling the request downstream", cancelled);
    expect(recording.requests).toHaveLength(1);
  });
});

describe("callers", () => {
  test.each([
    ["no token", {}, "Unauthenticated", 0],
    ["a wrong token", { authorization: "Bearer another" }, "Unauthenticated", 0],
    ["a token", { authorization: `Bearer ${token}` }, "ok", 1],
  ])("with %s", async (_, headers, code, arriving) => {
    const recording = bed().sink.script({});
    using caller = new PushCaller(bed().grpc("guarded"));
    expect(await caller.push(message(noise(10)), { headers })).toMatchObject({ code });
    expect(arrivals(recording)).toHaveLength(arriving);
  });

  test("may make 200 calls at once on one connection, 100 of them under way", async () => {
    using caller = new PushCaller(bed().grpc("open"));
    await caller.push(message(noise(10)));
    const delaySeconds = 0.3;
    const recording = bed().sink.script({ otherwise: { delay_seconds: delaySeconds } });
    const profiles = Array.from({ length: 2 * maxStreams }, () => noise(100));
    const calling = Promise.all(profiles.map((profile) => caller.push(message(profile))));
    const first = await recording.request(1);
    const connections = await bed().metric("pyroscope_receive_http_tcp_connections", openConnections);
    expect(connections).toBe(1);
    expect(await calling).toEqual(profiles.map(() => ok));
    const byHash = (one: object, other: object) => JSON.stringify(one).localeCompare(JSON.stringify(other));
    expect(arrivals(recording).toSorted(byHash)).toEqual(profiles.map(arrivalOf).toSorted(byHash));
    // A call that is one too many waits for the end of another.
    const oneTooMany = await recording.request(maxStreams + 1);
    expect(oneTooMany.receivedAtMs - first.receivedAtMs).toBeGreaterThanOrEqual(delaySeconds * 900);
  });
});

describe.concurrent("a connection", () => {
  beforeAll(() => {
    bed().sink.script({ answers: [{ delay_seconds: 0.6 }, { delay_seconds: 0.6 }] });
  });

  test.each(["impatient", "ageing"])(
    "that is %s lets a call finish, and closes after it",
    async (receiver) => {
      using caller = new PushCaller(bed().grpc(receiver));
      expect(await caller.push(message(noise(10)))).toEqual(ok);
      await eventually("the end of the connection", () => !caller.isConnected);
      expect(await caller.push(message(noise(10)))).toEqual(ok);
    },
  );
});

describe("a connection", () => {
  test("that is one too many is refused, and the others are not", async () => {
    bed().sink.script({});
    using first = new PushCaller(bed().grpc("limited"));
    using second = new PushCaller(bed().grpc("limited"));
    expect(await first.push(message(noise(10)))).toEqual(ok);
    expect(await second.push(message(noise(10)))).not.toEqual(ok);
    expect(await first.push(message(noise(10)))).toEqual(ok);
    first[Symbol.dispose]();
    const isLetIn = async () => (await second.push(message(noise(10)))).code === "ok";
    await eventually("the end of the first connection", isLetIn);
  });

  test("on which a message does not arrive in time is told so", async () => {
    await using session = await RawSession.open(bed().grpc("hasty"));
    const startedAt = performance.now();
    const { status, message: says } = await session.beginPush(Buffer.of(0, 0, 0));
    expect(performance.now() - startedAt).toBeLessThan(3 * readMs);
    expect({ status, says }).toEqual({ status: 4, says: expect.stringContaining("server_read_timeout") });
  });
});

test("calls and connections are counted as on the main port", async () => {
  const route = { route: "push_v1_pusherservice", component_id: "pyroscope.receive_http.open" };
  const counts = () =>
    Promise.all(
      ["200", "400", "503"].map((status_code) =>
        bed().metric("pyroscope_receive_http_request_duration_seconds_count", { ...route, status_code }),
      ),
    );
  await eventually("the end of connections from before", () => hasConnections(0));
  const before = await counts();
  using caller = new PushCaller(bed().grpc("open"));
  bed().sink.script({ answers: [{}, {}, { status: 503 }] });
  for (const labels of [{}, {}, {}, { "a-b": "c" }]) await caller.push(message(noise(10), labels));
  expect((await counts()).map((count, index) => count - Number(before[index]))).toEqual([2, 1, 1]);
  expect(await hasConnections(1)).toBe(true);
  caller[Symbol.dispose]();
  await eventually("the end of the connection", () => hasConnections(0));
});

async function hasConnections(count: number): Promise<boolean> {
  return (await bed().metric("pyroscope_receive_http_tcp_connections", openConnections)) === count;
}
