import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TlsOptions } from "node:tls";
import { Certificates } from "../transport/certificates.ts";
import { ProxyBed } from "../transport/proxy_bed.ts";
import { delivered, WriteBed } from "../transport/write_bed.ts";
import { RecordingSink } from "../wire/recording_sink.ts";

const certificates = new Certificates();
afterAll(() => certificates[Symbol.dispose]());

const authority = certificates.authority();
const here = certificates.signed(authority, { names: "IP:127.0.0.1", usage: "serverAuth", days: 2 });
const elsewhere = certificates.signed(authority, {
  names: "DNS:elsewhere.example",
  usage: "serverAuth",
  days: 2,
});
const client = certificates.signed(authority, { names: "DNS:client", usage: "clientAuth", days: 2 });
const ca_pem = authority.cert;

/** A server over TLS on 127.0.0.1 that gives a token to everybody. */
class OpenTokenServer implements AsyncDisposable {
  readonly #server;

  private constructor(tls: TlsOptions) {
    this.#server = createServer(tls, (_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end('{"access_token":"t","token_type":"bearer","expires_in":600}');
    });
    this.#server.on("tlsClientError", () => undefined);
  }

  static async start(tls: TlsOptions): Promise<OpenTokenServer> {
    const tokens = new OpenTokenServer(tls);
    const { promise, resolve } = Promise.withResolvers<void>();
    tokens.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return tokens;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}/token`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** How a delivery ends whose token is asked for like this. */
async function deliverWith(token_url: string, oauth2: object): Promise<string> {
  await using sink = await RecordingSink.start();
  const whole = { client_id: "id", client_secret: "hush", token_url, ...oauth2 };
  await using bed = await WriteBed.start({ url: sink.url, oauth2: whole, remote_timeout: "4s" });
  return await bed.deliver();
}

const mutual: TlsOptions = { ...here, ca: ca_pem, requestCert: true, rejectUnauthorized: true };

describe("the token is asked for with", () => {
  test.each<[string, TlsOptions, object, string]>([
    ["ca_file", here, { ca_file: authority.certFile }, delivered],
    [
      "a client certificate in PEM",
      mutual,
      { ca_pem, cert_pem: client.cert, key_pem: client.key },
      delivered,
    ],
    [
      "a client certificate in files",
      mutual,
      { ca_pem, cert_file: client.certFile, key_file: client.keyFile },
      delivered,
    ],
    ["no client certificate where one is asked for", mutual, { ca_pem }, "client certificate"],
    ["insecure_skip_verify", elsewhere, { insecure_skip_verify: true }, delivered],
    ["server_name", elsewhere, { ca_pem, server_name: "elsewhere.example" }, delivered],
    ["another name than the certificate's", elsewhere, { ca_pem }, "another name"],
    [
      "an older TLS than min_version",
      { ...here, maxVersion: "TLSv1.2" },
      { ca_pem, min_version: "TLS13" },
      "TLS 1.3",
    ],
    ["min_version", { ...here, maxVersion: "TLSv1.2" }, { ca_pem, min_version: "TLS12" }, delivered],
  ])("%s", async (_, server, tls_config, outcome) => {
    await using tokens = await OpenTokenServer.start(server);
    expect(await deliverWith(tokens.url, { tls_config })).toContain(outcome);
  });
});

describe("the token is asked for through", () => {
  const variables = ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];
  const before = variables.map((name) => [name, process.env[name]] as const);

  afterEach(() => {
    for (const name of variables) delete process.env[name];
    for (const [name, value] of before) if (value !== undefined) process.env[name] = value;
  });

  test("a proxy with proxy_connect_header", async () => {
    await using proxy = await ProxyBed.start();
    await using tokens = await OpenTokenServer.start(here);
    const proxied = { proxy_url: proxy.url, proxy_connect_header: { "X-Tenant": ["a", "b"] } };
    expect(await deliverWith(tokens.url, { tls_config: { ca_pem }, ...proxied })).toBe(delivered);
    expect(proxy.requests.map(({ headers }) => headers["x-tenant"])).toEqual(["a, b"]);
  });

  test("no proxy where no_proxy says so", async () => {
    await using proxy = await ProxyBed.start();
    await using tokens = await OpenTokenServer.start(here);
    const proxied = { proxy_url: proxy.url, no_proxy: "127.0.0.1" };
    expect(await deliverWith(tokens.url, { tls_config: { ca_pem }, ...proxied })).toBe(delivered);
    expect(proxy.requests).toEqual([]);
  });

  test("the environment's proxy where proxy_from_environment says so", async () => {
    await using proxy = await ProxyBed.start({ asksForUser: true });
    for (const name of variables) delete process.env[name];
    process.env["HTTPS_PROXY"] = proxy.url;
    const outcome = await deliverWith("https://tokens.invalid/token", { proxy_from_environment: true });
    expect(outcome).not.toBe(delivered);
    expect(proxy.requests[0]?.target).toBe("tokens.invalid:443");
  });
});
