import { expect, test } from "bun:test";
import { Secret } from "../../src/base/secret.ts";
import { ConnectionPool } from "../../src/http/connection_pool.ts";
import { TokenSource } from "../../src/http/oauth2.ts";
import { eventually } from "../base/eventually.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { client, TokenServer } from "./token_server.ts";

/** Tokens of that server, by a clock that stands still. */
function tokensFrom(server: TokenServer, clock: FakeClock) {
  const secret = { current: new Secret(client.client_secret) };
  const url = server.url;
  const source = new TokenSource({
    secret: { current: () => secret.current, start: () => {}, stop: () => {} },
    clock,
    request: {
      tokenUrl: url,
      clientId: client.client_id,
      scopes: [],
      extraParameters: {},
      pool: new ConnectionPool({
        url,
        tls: undefined,
        proxy: false,
        http2: false,
        clock,
        onProblem: () => {},
      }),
      authentication: { way: undefined },
      timeoutMs: 86_400_000,
      clock,
    },
  });
  return { source, secret };
}

test("half a minute before it expires a token is renewed, and nobody waits for that", async () => {
  await using server = await TokenServer.start({ lifeSeconds: 600 });
  const clock = new FakeClock();
  const { source } = tokensFrom(server, clock);
  const first = await source.token();
  await clock.advance(569_000);
  expect(await source.token()).toBe(first);
  expect(server.requests).toHaveLength(1);
  await clock.advance(1000);
  expect(await source.token()).toBe(first);
  await eventually("the new token", async () => (await source.token()) !== first);
  expect(server.requests).toHaveLength(2);
});

test("a renewal that fails is tried again each second, and costs nothing while the old token holds", async () => {
  await using server = await TokenServer.start({ lifeSeconds: 600 });
  const clock = new FakeClock();
  const { source } = tokensFrom(server, clock);
  const first = await source.token();
  server.mood = "broken";
  await clock.advance(580_000);
  const asked = () => server.requests.length;
  expect(await source.token()).toBe(first);
  await eventually("the renewal", () => asked() === 2);
  let calls = 0;
  await eventually("many calls in the same second", async () => {
    expect(await source.token()).toBe(first);
    calls += 1;
    return calls === 20;
  });
  expect(asked()).toBe(2);
  await eventually("the next renewal", async () => {
    await clock.advance(1000);
    expect(await source.token()).toBe(first);
    return asked() === 3;
  });
  await clock.advance(20_000);
  await expect(source.token()).rejects.toThrow("HTTP 503");
});

test("a token without an end is kept", async () => {
  await using server = await TokenServer.start();
  server.mood = "endless";
  const clock = new FakeClock();
  const { source } = tokensFrom(server, clock);
  const first = await source.token();
  await clock.advance(365 * 86_400_000);
  expect(await source.token()).toBe(first);
  expect(server.requests).toHaveLength(1);
});

test("another client secret asks for another token", async () => {
  await using server = await TokenServer.start();
  const { source, secret } = tokensFrom(server, new FakeClock());
  const first = await source.token();
  expect(await source.token()).toBe(first);
  secret.current = new Secret(client.client_secret);
  expect(await source.token()).not.toBe(first);
  expect(server.requests).toHaveLength(2);
});

test("an empty client secret is not sent", async () => {
  await using server = await TokenServer.start();
  const { source, secret } = tokensFrom(server, new FakeClock());
  secret.current = new Secret("");
  await expect(source.token()).rejects.toThrow("client_secret_file is empty");
  expect(server.requests).toEqual([]);
});
