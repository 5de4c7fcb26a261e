import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { RecordingSink } from "../wire/recording_sink.ts";
import { Certificates } from "./certificates.ts";
import { ProxyBed } from "./proxy_bed.ts";
import { TlsSink } from "./tls_sink.ts";
import { delivered, WriteBed } from "./write_bed.ts";

const certificates = new Certificates();
afterAll(() => certificates[Symbol.dispose]());

const authority = certificates.authority();
const names = "DNS:localhost,IP:127.0.0.1";
const pair = certificates.signed(authority, { names, usage: "serverAuth", days: 2 });
const tls_config = { ca_pem: authority.cert };

const variables = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
const before = variables.map((name) => [name, process.env[name]] as const);

function setEnvironment(values: Readonly<Record<string, string>>): void {
  for (const name of variables) delete process.env[name];
  Object.assign(process.env, values);
}

afterEach(() => {
  setEnvironment({});
  for (const [name, value] of before) if (value !== undefined) process.env[name] = value;
});

describe("a proxy", () => {
  test("is asked to CONNECT to an https destination, with its own headers and user", async () => {
    await using proxy = await ProxyBed.start({ asksForUser: true });
    await using sink = await TlsSink.start({ pair });
    await using bed = await WriteBed.start({
      url: sink.url,
      tls_config,
      proxy_url: `http://user:open%20sesame@${proxy.address}`,
      proxy_connect_header: { "X-Tenant": ["a", "b"] },
      bearer_token: "for the destination",
    });
    expect(await bed.deliver()).toBe(delivered);
    expect(await bed.deliver()).toBe(delivered);
    expect(proxy.requests).toHaveLength(1);
    expect(proxy.requests[0]).toMatchObject({
      method: "CONNECT",
      target: `127.0.0.1:${sink.port}`,
      user: "user",
    });
    expect(proxy.requests[0]?.headers).toMatchObject({ "x-tenant": "a, b" });
    expect(proxy.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(sink.requests.map(({ authorization }) => authorization)).toEqual(
      Array(2).fill("Bearer for the destination"),
    );
  });

  test("gets the whole URL of an http destination, and no CONNECT headers", async () => {
    await using proxy = await ProxyBed.start({ asksForUser: true });
    await using sink = await RecordingSink.start();
    await using bed = await WriteBed.start({
      url: `${sink.url}/base`,
      proxy_url: `http://user:open%20sesame@${proxy.address}`,
      proxy_connect_header: { "X-Tenant": ["a"] },
    });
    expect(await bed.deliver()).toBe(delivered);
    expect(proxy.requests).toHaveLength(1);
    expect(proxy.requests[0]?.method).toBe("POST");
    expect(proxy.requests[0]?.target).toStartWith(`${sink.url}/base/ingest?name=`);
    expect(proxy.requests[0]?.headers).not.toHaveProperty("x-tenant");
    expect(sink.recording.requests[0]?.path).toBe("/base/ingest");
    expect(Buffer.from(sink.recording.requests[0]?.body ?? []).toString()).toBe("profile");
  });

  test("that refuses is the reason, and its password is not told", async () => {
    await using proxy = await ProxyBed.start({ asksForUser: true });
    await using sink = await TlsSink.start({ pair });
    await using bed = await WriteBed.start({
      url: sink.url,
      tls_config,
      proxy_url: `http://user:wrong-password@${proxy.address}`,
    });
    const outcome = await bed.deliver();
    expect(outcome).toContain("the proxy refused the connection: HTTP 407");
    expect(outcome + bed.log).not.toContain("wrong-password");
    expect(sink.requests).toEqual([]);
  });

  test.each([
    ["is down", "http://127.0.0.1:1", "the proxy can't be reached: connection refused"],
    ["has no address", "http://proxy.invalid:3128", "the proxy can't be reached: the host name is not known"],
  ])("that %s is the reason", async (_, proxy_url, reason) => {
    await using sink = await RecordingSink.start();
    await using bed = await WriteBed.start({ url: sink.url, proxy_url });
    expect(await bed.deliver()).toContain(reason);
  });

  test("that gives up on the destination is the reason", async () => {
    await using proxy = await ProxyBed.start();
    await using bed = await WriteBed.start({ url: "https://127.0.0.1:1", proxy_url: proxy.url });
    expect(await bed.deliver()).toContain("the connection through the proxy was closed before the answer");
  });

  test("leaves the certificate for the client to verify", async () => {
    await using proxy = await ProxyBed.start();
    await using sink = await TlsSink.start({ pair });
    await using bed = await WriteBed.start({ url: sink.url, proxy_url: proxy.url });
    expect(await bed.deliver()).toContain("the server's certificate is signed by an unknown authority");
  });
});

describe("no_proxy", () => {
  test("that names the destination leads past the proxy", async () => {
    await using proxy = await ProxyBed.start();
    await using sink = await RecordingSink.start();
    await using bed = await WriteBed.start({
      url: sink.url,
      proxy_url: proxy.url,
      no_proxy: "example.com,127.0.0.0/8",
    });
    expect(await bed.deliver()).toBe(delivered);
    expect(proxy.requests).toEqual([]);
  });

  test("of the environment means nothing to proxy_url", async () => {
    await using proxy = await ProxyBed.start();
    await using sink = await RecordingSink.start();
    setEnvironment({ NO_PROXY: "*" });
    await using bed = await WriteBed.start({ url: sink.url, proxy_url: proxy.url });
    expect(await bed.deliver()).toBe(delivered);
    expect(proxy.requests).toHaveLength(1);
  });
});

describe("the environment's proxy", () => {
  test("is not used unless that is asked for", async () => {
    await using proxy = await ProxyBed.start();
    await using sink = await RecordingSink.start();
    setEnvironment({ HTTP_PROXY: proxy.url, http_proxy: proxy.url });
    await using bed = await WriteBed.start({ url: sink.url });
    expect(await bed.deliver()).toBe(delivered);
    expect(proxy.requests).toEqual([]);
  });

  test.each(["HTTP_PROXY", "http_proxy"])("in %s is used where it is asked for", async (variable) => {
    await using proxy = await ProxyBed.start({ asksForUser: true });
    setEnvironment({ [variable]: proxy.address, HTTPS_PROXY: "http://127.0.0.1:1" });
    await using bed = await WriteBed.start({ url: "http://sink.invalid:4040", proxy_from_environment: true });
    expect(await bed.deliver()).toContain("HTTP 407");
    expect(proxy.requests[0]?.target).toStartWith("http://sink.invalid:4040/ingest?name=");
  });

  test("in HTTPS_PROXY is used for https", async () => {
    await using proxy = await ProxyBed.start({ asksForUser: true });
    setEnvironment({ https_proxy: proxy.url });
    await using bed = await WriteBed.start({ url: "https://sink.invalid", proxy_from_environment: true });
    expect(await bed.deliver()).toContain("HTTP 407");
    expect(proxy.requests[0]?.target).toBe("sink.invalid:443");
  });

  test("is not used for this machine itself", async () => {
    await using proxy = await ProxyBed.start();
    await using sink = await RecordingSink.start();
    setEnvironment({ HTTP_PROXY: proxy.url });
    await using bed = await WriteBed.start({ url: sink.url, proxy_from_environment: true });
    expect(await bed.deliver()).toBe(delivered);
    expect(proxy.requests).toEqual([]);
  });

  test("is not used for what NO_PROXY names", async () => {
    await using proxy = await ProxyBed.start();
    setEnvironment({ HTTP_PROXY: proxy.url, NO_PROXY: ".invalid" });
    await using bed = await WriteBed.start({ url: "http://sink.invalid:4040", proxy_from_environment: true });
    expect(await bed.deliver()).toContain("the host name is not known");
    expect(proxy.requests).toEqual([]);
  });
});
