import { afterAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { eventually } from "../base/eventually.ts";
import { Certificates } from "./certificates.ts";
import { ProxyBed } from "./proxy_bed.ts";
import { client, TokenServer } from "./token_server.ts";
import { delivered, WriteBed } from "./write_bed.ts";

const certificates = new Certificates();
afterAll(() => certificates[Symbol.dispose]());

/** A destination that asks for a token of that server. */
class GuardedSink implements AsyncDisposable {
  /** The Authorization headers that came, the refused ones too. */
  readonly seen: string[] = [];
  readonly #server: Bun.Server<undefined>;

  constructor(tokens: TokenServer) {
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async ({ headers }) => {
        this.seen.push(headers.get("authorization") ?? "");
        const isValid = await tokens.isValid(headers.get("authorization"));
        return new Response(null, { status: isValid ? 200 : 401 });
      },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}

describe("a token", () => {
  test("is asked for once and sent with every profile", async () => {
    await using tokens = await TokenServer.start();
    await using sink = new GuardedSink(tokens);
    await using bed = await WriteBed.start({
      url: sink.url,
      oauth2: { ...client, token_url: tokens.url, scopes: ["profiles:write"] },
    });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => bed.deliver()));
    expect(new Set(outcomes)).toEqual(new Set([delivered]));
    expect(await bed.deliver()).toBe(delivered);
    expect(tokens.requests).toHaveLength(1);
    expect(new Set(sink.seen).size).toBe(1);
  });

  test("goes over the endpoint's own Authorization header, and over the sender's", async () => {
    await using tokens = await TokenServer.start();
    await using sink = new GuardedSink(tokens);
    await using bed = await WriteBed.start({
      url: sink.url,
      headers: { Authorization: "Basic own" },
      oauth2: { ...client, token_url: tokens.url },
    });
    expect(await bed.deliver({ authorization: "Bearer sender" })).toBe(delivered);
  });

  test("is renewed before it expires", async () => {
    await using tokens = await TokenServer.start({ lifeSeconds: 1 });
    await using sink = new GuardedSink(tokens);
    await using bed = await WriteBed.start({ url: sink.url, oauth2: { ...client, token_url: tokens.url } });
    const outcomes: string[] = [];
    await eventually("the third token", async () => {
      outcomes.push(await bed.deliver());
      return new Set(sink.seen).size === 3;
    });
    expect(new Set(outcomes)).toEqual(new Set([delivered]));
    expect(tokens.requests.length).toBeLessThanOrEqual(4);
  });

  test("that the destination no longer takes is renewed at once", async () => {
    await using tokens = await TokenServer.start();
    await using sink = new GuardedSink(tokens);
    await using bed = await WriteBed.start({ url: sink.url, oauth2: { ...client, token_url: tokens.url } });
    expect(await bed.deliver()).toBe(delivered);
    await tokens.revoke(sink.seen[0] ?? "");
    expect(await bed.deliver()).toBe(delivered);
    expect(tokens.requests).toHaveLength(2);
    expect(sink.seen).toHaveLength(3);
    expect(sink.seen[2]).not.toBe(sink.seen[1] ?? "");
  });

  test("that the destination never takes is not asked for over and over", async () => {
    await using tokens = await TokenServer.start();
    await using other = await TokenServer.start();
    await using sink = new GuardedSink(other);
    await using bed = await WriteBed.start({ url: sink.url, oauth2: { ...client, token_url: tokens.url } });
    for (let count = 0; count < 3; count += 1) expect(await bed.deliver()).toContain("HTTP 401 (1 attempt)");
    expect(tokens.requests).toHaveLength(1);
    expect(sink.seen).toHaveLength(3);
  });
});

describe("the client's secret", () => {
  test("goes in the header, escaped", async () => {
    await using tokens = await TokenServer.start();
    await using sink = new GuardedSink(tokens);
    await using bed = await WriteBed.start({ url: sink.url, oauth2: { ...client, token_url: tokens.url } });
    expect(await bed.deliver()).toBe(delivered);
    expect(tokens.requests[0]?.authorization).toStartWith("Basic ");
  });

  test("goes in the body where the server does not want it in the header, from then on at once", async () => {
    await using tokens = await TokenServer.start({ lifeSeconds: 1 });
    tokens.mood = "refuses header";
    await using sink = new GuardedSink(tokens);
    await using bed = await WriteBed.start({ url: sink.url, oauth2: { ...client, token_url: tokens.url } });
    await eventually("the second token", async () => {
      expect(await bed.deliver()).toBe(delivered);
      return new Set(sink.seen).size === 2;
    });
    const ways = tokens.requests.map(({ authorization }) =>
      authorization === undefined ? "body" : "header",
    );
    expect(ways.slice(0, 3)).toEqual(["header", "body", "body"]);
  });

  test("in a file is read again when it changes", async () => {
    await using tokens = await TokenServer.start();
    await using sink = new GuardedSink(tokens);
    const client_secret_file = certificates.file("secret");
    writeFileSync(client_secret_file, "not yet\n");
    await using bed = await WriteBed.start({
      url: sink.url,
      oauth2: { client_id: client.client_id, client_secret_file, token_url: tokens.url },
    });
    expect(await bed.deliver()).toContain("HTTP 401 invalid_client");
    writeFileSync(client_secret_file, `${client.client_secret}\n`);
    await eventually("the token", async () => (await bed.deliver()) === delivered);
  });
});

describe("without a token the reason says why, and no secret is told", () => {
  test.each([
    ["a wrong secret", "well", { client_secret: "wrong" }, "HTTP 401 invalid_client"],
    ["a broken server", "broken", {}, "HTTP 503"],
    ["an answer that is none", "odd answer", {}, "its answer holds no token that can be used"],
    ["a server that hangs", "hangs", {}, "no answer in time"],
    ["a server that is down", "well", { token_url: "http://127.0.0.1:1/token" }, "connection refused"],
  ] as const)("%s", async (_, mood, more, reason) => {
    await using tokens = await TokenServer.start();
    tokens.mood = mood;
    await using sink = new GuardedSink(tokens);
    await using bed = await WriteBed.start({
      url: sink.url,
      remote_timeout: "600ms",
      oauth2: {
        ...client,
        token_url: tokens.url,
        endpoint_params: { audience: "hidden audience" },
        ...more,
      },
    });
    const outcome = await bed.deliver();
    expect(outcome).toMatch(/no OAuth2 token from 127\.0\.0\.1:\d+: /);
    expect(outcome).toContain(reason);
    expect(outcome + bed.log).not.toMatch(/s\+e|wrong|half a tok|hidden audience/);
    expect(sink.seen).toEqual([]);
  });

  test("a server that hangs longer than the profile may wait", async () => {
    await using tokens = await TokenServer.start();
    tokens.mood = "hangs";
    await using sink = new GuardedSink(tokens);
    await using bed = await WriteBed.start({ url: sink.url, oauth2: { ...client, token_url: tokens.url } });
    expect(await bed.deliver({}, 200)).toContain("no OAuth2 token came in time");
  });

  test("is no reason to give up: the next attempt asks again", async () => {
    await using tokens = await TokenServer.start();
    tokens.mood = "broken";
    await using sink = new GuardedSink(tokens);
    await using bed = await WriteBed.start({
      url: sink.url,
      max_backoff_retries: 0,
      min_backoff_period: "20ms",
      oauth2: { ...client, token_url: tokens.url },
    });
    const outcome = bed.deliver();
    await eventually("a token request", () => tokens.requests.length > 0);
    tokens.mood = "well";
    expect(await outcome).toBe(delivered);
  });
});

describe("the token server", () => {
  test("has its own TLS and proxy", async () => {
    const authority = certificates.authority();
    const pair = certificates.signed(authority, { names: "IP:127.0.0.1", usage: "serverAuth", days: 2 });
    await using proxy = await ProxyBed.start();
    await using tokens = await TokenServer.start({ pair });
    await using sink = new GuardedSink(tokens);
    const oauth2 = { ...client, token_url: tokens.url, proxy_url: proxy.url };
    await using trusting = await WriteBed.start({
      url: sink.url,
      oauth2: { ...oauth2, tls_config: { ca_pem: authority.cert } },
    });
    expect(await trusting.deliver()).toBe(delivered);
    expect(proxy.requests.map(({ method }) => method)).toEqual(["CONNECT"]);
    await using wary = await WriteBed.start({
      url: sink.url,
      tls_config: { ca_pem: authority.cert },
      oauth2,
    });
    expect(await wary.deliver()).toContain("the server's certificate is signed by an unknown authority");
  });
});
