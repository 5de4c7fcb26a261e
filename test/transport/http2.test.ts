import { afterAll, expect, test } from "bun:test";
import { RecordingSink } from "../wire/recording_sink.ts";
import { Certificates } from "./certificates.ts";
import { DeadLink } from "./dead_link.ts";
import { TlsSink } from "./tls_sink.ts";
import { delivered, WriteBed } from "./write_bed.ts";

const certificates = new Certificates();
afterAll(() => certificates[Symbol.dispose]());

const authority = certificates.authority();
const names = "DNS:localhost,IP:127.0.0.1";
const pair = certificates.signed(authority, { names, usage: "serverAuth", days: 2 });
const tls_config = { ca_pem: authority.cert };

function versions(sink: TlsSink): readonly string[] {
  return sink.requests.map(({ httpVersion }) => httpVersion);
}

test("HTTP/2 is used where the server speaks it, on one connection", async () => {
  await using sink = await TlsSink.start({ pair, http2: "too" });
  await using bed = await WriteBed.start({ url: sink.url, tls_config });
  expect(await bed.deliver()).toBe(delivered);
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => bed.deliver()));
  expect(new Set(outcomes)).toEqual(new Set([delivered]));
  expect(new Set(versions(sink))).toEqual(new Set(["2.0"]));
  expect(sink.connections).toBe(1);
});

test("enable_http2: false keeps to HTTP/1.1", async () => {
  await using sink = await TlsSink.start({ pair, http2: "too" });
  await using bed = await WriteBed.start({ url: sink.url, tls_config, enable_http2: false });
  expect(await bed.deliver()).toBe(delivered);
  expect(versions(sink)).toEqual(["1.1"]);
});

test("a server of HTTP/2 alone is not reached without it", async () => {
  await using sink = await TlsSink.start({ pair, http2: "only" });
  await using bed = await WriteBed.start({ url: sink.url, tls_config });
  expect(await bed.deliver()).toBe(delivered);
  await using without = await WriteBed.start({ url: sink.url, tls_config, enable_http2: false });
  expect(await without.deliver()).not.toBe(delivered);
});

test("a server of HTTP/1.1 alone is served by that, on connections that are used again", async () => {
  await using sink = await TlsSink.start({ pair });
  await using bed = await WriteBed.start({ url: sink.url, tls_config });
  expect(await bed.deliver()).toBe(delivered);
  const connections = sink.connections;
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => bed.deliver()));
  expect(new Set(outcomes)).toEqual(new Set([delivered]));
  expect(new Set(versions(sink))).toEqual(new Set(["1.1"]));
  expect(sink.connections - connections).toBeLessThan(20);
});

test("without TLS there is HTTP/1.1", async () => {
  await using sink = await RecordingSink.start();
  await using bed = await WriteBed.start({ url: sink.url });
  expect(await bed.deliver()).toBe(delivered);
  expect(sink.recording.requests).toHaveLength(1);
});

test("a connection that went dead is left after the first request that it swallowed", async () => {
  await using sink = await TlsSink.start({ pair, http2: "too" });
  await using link = await DeadLink.start(sink.port);
  const url = `https://127.0.0.1:${link.port}`;
  await using bed = await WriteBed.start({
    url,
    tls_config,
    remote_timeout: "400ms",
    max_backoff_retries: 2,
  });
  expect(await bed.deliver()).toBe(delivered);
  link.cut();
  // The second attempt comes on a connection of its own, and the profile arrives.
  expect(await bed.deliver()).toBe(delivered);
  const connections = link.connections;
  expect(await bed.deliver()).toBe(delivered);
  expect(await bed.deliver()).toBe(delivered);
  expect(link.connections - connections).toBe(1);
  expect(versions(sink)).toEqual(["2.0", "2.0", "2.0", "2.0"]);
});
