import { describe, expect, test } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import { HttpClient, type PostRequest, type PostResult } from "../../src/http/http_client.ts";
import { Transport } from "../../src/http/transport.ts";
import { eventually } from "../base/eventually.ts";
import { FakeClock, settled } from "../base/fake_clock.ts";
import { RecordingSink, type SinkAnswer } from "../wire/recording_sink.ts";

const transport = new Transport(
  {
    url: "http://127.0.0.1/",
    remote_timeout: 4000,
    enable_http2: true,
    proxy_from_environment: false,
    proxy_connect_header: {},
  },
  { clock: systemClock, onProblem: () => {} },
);

function post(
  url: string,
  more: Partial<PostRequest> = {},
  client = new HttpClient(systemClock),
): Promise<PostResult> {
  return client.post({
    url,
    headers: { "content-type": "text/odd" },
    body: Buffer.from("profile"),
    timeoutMs: 4000,
    abort: new AbortController(),
    isFresh: false,
    followRedirects: true,
    transport,
    ...more,
  });
}

/** What the client makes of one answer. */
async function resultOf(answer: SinkAnswer): Promise<PostResult> {
  await using sink = await RecordingSink.start({ answers: [answer] });
  return await post(sink.url);
}

function textOf(result: PostResult): string {
  return result.type === "answer" ? result.text : `no answer but ${result.type}`;
}

function redirect(location: string, status = 307): SinkAnswer {
  return { status, headers: [["Location", location]] };
}

describe("an answer", () => {
  test("is status, headers and text", async () => {
    const result = await resultOf({ status: 429, body: "slow down", headers: [["Retry-After", "7"]] });
    expect(result).toMatchObject({ type: "answer", status: 429, text: "slow down" });
    expect(result.type === "answer" && result.headers.get("retry-after")).toBe("7");
  });

  test.each([200, 204, 400, 500])("of status %d without a body has no text", async (status) => {
    expect(await resultOf({ status })).toMatchObject({ type: "answer", status, text: "" });
  });

  test.each([
    ["just short", 2048],
    ["too long", 2049],
    ["much too long", 3_000_000],
  ])("that is %s keeps 2048 bytes", async (_, length) => {
    expect(textOf(await resultOf({ status: 500, body: "x".repeat(length) }))).toBe("x".repeat(2048));
  });

  test("that never ends is cut off", async () => {
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () =>
        new Response(new ReadableStream({ pull: (stream) => stream.enqueue(Buffer.alloc(10_000, "y")) })),
    });
    expect(textOf(await post(`http://127.0.0.1:${server.port}/`))).toBe("y".repeat(2048));
  });

  test("that is no UTF-8 is text all the same", async () => {
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response(new Uint8Array([0x61, 0xff, 0xfe])),
    });
    expect(textOf(await post(`http://127.0.0.1:${server.port}/`))).toBe("a\ufffd\ufffd");
  });
});

test("the request is a POST with the headers and body given", async () => {
  await using sink = await RecordingSink.start();
  await post(`${sink.url}/base/ingest?name=a%7B%7D`);
  const [request] = sink.recording.requests;
  expect([request?.method, request?.path, request?.query]).toEqual(["POST", "/base/ingest", "name=a%7B%7D"]);
  expect(new Headers(request?.headers.map(([name, value]) => [name, value])).get("content-type")).toBe(
    "text/odd",
  );
  expect(Buffer.from(request?.body ?? []).toString()).toBe("profile");
});

describe("a redirect", () => {
  test.each([301, 302, 303, 307, 308])("%d is followed on the same host as the same POST", async (status) => {
    await using sink = await RecordingSink.start({ answers: [redirect("/moved?x=1", status)] });
    expect(await post(`${sink.url}/ingest`)).toMatchObject({ type: "answer", status: 200 });
    const [, second] = sink.recording.requests;
    expect([second?.method, second?.path, second?.query]).toEqual(["POST", "/moved", "x=1"]);
    expect(Buffer.from(second?.body ?? []).toString()).toBe("profile");
  });

  test("is followed five times, and the sixth is the answer", async () => {
    await using sink = await RecordingSink.start({ otherwise: redirect("/again", 308) });
    expect(await post(sink.url)).toMatchObject({ type: "answer", status: 308 });
    expect(sink.recording.requests).toHaveLength(6);
  });

  test("to another host is the answer: that host sees nothing", async () => {
    await using other = await RecordingSink.start();
    await using sink = await RecordingSink.start({ otherwise: redirect(`${other.url}/ingest`) });
    expect(await post(sink.url)).toMatchObject({ type: "answer", status: 307 });
    expect(other.recording.requests).toHaveLength(0);
  });

  test.each([
    ["to another scheme", (url: string) => url.replace("http:", "https:")],
    ["to nowhere", () => "http://"],
    ["to something that is no URL", () => "http://[::::]/"],
  ])("%s is the answer", async (_, locationOf) => {
    await using sink = await RecordingSink.start();
    sink.script({ otherwise: redirect(locationOf(sink.url)) });
    expect(await post(sink.url)).toMatchObject({ type: "answer", status: 307 });
  });

  test("without a location is the answer", async () => {
    expect(await resultOf({ status: 302 })).toMatchObject({ type: "answer", status: 302 });
  });

  test("is the answer where redirects are not to be followed", async () => {
    await using sink = await RecordingSink.start({ answers: [redirect("/moved")] });
    expect(await post(sink.url, { followRedirects: false })).toMatchObject({ type: "answer", status: 307 });
    expect(sink.recording.requests).toHaveLength(1);
  });
});

describe("without an answer", () => {
  test("a connection that is closed first was reset", async () => {
    const result = await resultOf({ instead: "reset" });
    expect(result).toEqual({
      type: "connection",
      text: "the connection was closed before the answer",
      isReset: true,
    });
  });

  test("a port where nobody listens refuses", async () => {
    const sink = await RecordingSink.start();
    const { url } = sink;
    await sink[Symbol.asyncDispose]();
    expect(await post(url)).toEqual({ type: "connection", text: "connection refused", isReset: false });
  });

  test("the time is up after timeoutMs, and the request is gone", async () => {
    const clock = new FakeClock();
    await using sink = await RecordingSink.start({ otherwise: { instead: "hang" } });
    const result = post(sink.url, { timeoutMs: 500 }, new HttpClient(clock));
    const request = await sink.recording.request(1);
    await clock.advance(499);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await result).toEqual({ type: "timeout" });
    await request.cancelled;
    expect(clock.pending).toBe(0);
  });

  test("the time covers the answer's body too", async () => {
    const clock = new FakeClock();
    const { promise: never } = Promise.withResolvers<void>();
    let hasBegun = false;
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => {
        hasBegun = true;
        return new Response(new ReadableStream({ pull: () => never }), { headers: { "X-Begun": "1" } });
      },
    });
    const result = post(`http://127.0.0.1:${server.port}/`, { timeoutMs: 500 }, new HttpClient(clock));
    await eventually("the answer's beginning", () => hasBegun);
    await settled();
    await clock.advance(500);
    expect(await result).toEqual({ type: "timeout" });
    await server.stop(true);
  });
});

describe("a signal", () => {
  test("that was given before sends nothing", async () => {
    await using sink = await RecordingSink.start();
    const leave = new AbortController();
    leave.abort();
    expect(await post(sink.url, { abort: leave })).toEqual({ type: "canceled" });
    expect(sink.recording.requests).toHaveLength(0);
  });

  test("that comes meanwhile ends the request", async () => {
    await using sink = await RecordingSink.start({ otherwise: { instead: "hang" } });
    const leave = new AbortController();
    const result = post(sink.url, { abort: leave });
    const request = await sink.recording.request(1);
    leave.abort();
    expect(await result).toEqual({ type: "canceled" });
    await request.cancelled;
  });
});

describe("connections", () => {
  test("are used again, also after an answer that failed", async () => {
    await using sink = await RecordingSink.start({ answers: [{ status: 503, body: "busy" }] });
    for (let count = 0; count < 4; count += 1) await post(sink.url);
    expect(sink.recording.connections).toBe(1);
  });

  test("are opened anew where that is asked for", async () => {
    await using sink = await RecordingSink.start();
    await post(sink.url);
    await post(sink.url, { isFresh: true });
    expect(sink.recording.connections).toBe(2);
  });
});
