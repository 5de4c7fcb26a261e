import { afterAll, describe, expect, test } from "bun:test";
import { TemporaryFolder } from "../../base/temporary_folder.ts";
import { freePort } from "../../http/free_port.ts";
import { Certificates, type KeyPair } from "../../transport/certificates.ts";
import { examineEndpoint } from "./doctor_run.ts";

const folder = new TemporaryFolder();
const certificates = new Certificates();
const authority = certificates.authority();
const open = new DisposableStack();

afterAll(() => {
  open.dispose();
  certificates[Symbol.dispose]();
  folder[Symbol.dispose]();
});

type Answer = (request: Request) => Response;

const takes: Answer = () => new Response("{}", { headers: { "content-type": "application/json" } });

/** A server that answers so; `http://127.0.0.1:port` or, with a certificate, `https://localhost:port`. */
function serverWith(answer: Answer, pair?: KeyPair): string {
  const tls = pair === undefined ? {} : { tls: { cert: pair.cert, key: pair.key } };
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer, ...tls });
  open.defer(() => void server.stop(true));
  return pair === undefined ? `http://127.0.0.1:${server.port}` : `https://localhost:${server.port}`;
}

function certificate(names: string, days: number): KeyPair {
  return certificates.signed(authority, { names, usage: "serverAuth", days });
}

describe("an endpoint that takes profiles", () => {
  test("is found to do so both ways, and its clock to be right", async () => {
    const paths: string[] = [];
    const url = serverWith((request) => {
      paths.push(new URL(request.url).pathname);
      return takes(request);
    });
    const examined = await examineEndpoint(folder, { url });
    expect(examined.status).toBe(0);
    expect(examined.endpoint).toEqual([
      "name: ok: 127.0.0.1 is an address",
      expect.stringMatching(/^connection: ok: port \d+ takes connections$/),
      expect.stringMatching(
        /^profile by \/ingest: ok: taken with HTTP 200 in \d+ ms; look for the service pyroduct\.doctor$/,
      ),
      expect.stringMatching(/^profile by Push: ok: taken with HTTP 200/),
    ]);
    expect(paths.toSorted()).toEqual(["/ingest", "/push.v1.PusherService/Push"]);
    expect(examined.findings.find(({ check }) => check === "clock")?.status).toBe("ok");
  });

  test("is sent nothing with --no-profile", async () => {
    const url = serverWith(() => {
      throw new Error("nothing should come");
    });
    const examined = await examineEndpoint(folder, { url }, "--no-profile");
    expect([examined.status, examined.endpoint.at(-1)]).toEqual([0, "profile: skipped: --no-profile"]);
  });
});

describe("a name or an address", () => {
  test("that is not known", async () => {
    const examined = await examineEndpoint(folder, { url: "http://no.such.invalid:4040" });
    expect(examined.status).toBe(1);
    expect(examined.endpoint[0]).toMatch(
      /^name: failed: no\.such\.invalid (?:is not known|can't be looked up)/,
    );
  });

  test("where nothing listens", async () => {
    const port = freePort();
    const examined = await examineEndpoint(folder, { url: `http://127.0.0.1:${port}` });
    expect(examined.status).toBe(1);
    expect(examined.endpoint[1]).toStartWith("connection: failed: 127.0.0.1: connection refused");
    expect(examined.endpoint[1]).toContain(`fix: start what listens on 127.0.0.1:${port}`);
  });
});

describe("TLS", () => {
  const tls_config = { ca_pem: authority.cert };

  test("with a certificate that is right", async () => {
    const url = serverWith(takes, certificate("DNS:localhost", 100));
    const { status, endpoint } = await examineEndpoint(folder, { url, tls_config });
    expect(status).toBe(0);
    expect(endpoint.slice(2, 6)).toEqual([
      "TLS: ok: TLSv1.3",
      "chain: ok: signed by CN=authority, which is trusted",
      "certificate name: ok: it is for localhost",
      expect.stringMatching(/^expiry: ok: it ends on \d{4}-\d\d-\d\d, in (?:99|100) days$/),
    ]);
  });

  test.each<[string, string, number, object, RegExp]>([
    [
      "of an unknown authority",
      "DNS:localhost",
      100,
      {},
      /^chain: failed: signed by CN=authority, which is not trusted .* fix: name the authority with tls_config/,
    ],
    [
      "for another name",
      "DNS:pyroscope",
      100,
      tls_config,
      /^certificate name: failed: it is for pyroscope, and not for localhost fix: write one of its names into url/,
    ],
    [
      "that has expired",
      "DNS:localhost",
      -1,
      tls_config,
      /^expiry: failed: it ended on .* fix: renew the server's certificate/,
    ],
  ])("with a certificate %s", async (_, names, days, tls, finding) => {
    const url = serverWith(takes, certificate(names, days));
    const { status, endpoint } = await examineEndpoint(folder, { url, tls_config: tls });
    expect(status).toBe(1);
    expect(endpoint.filter((line) => line.includes(": failed: "))).toEqual([expect.stringMatching(finding)]);
    expect(endpoint.at(-1)).toBe("profile: skipped: sent once the problems above are solved");
  });

  test("with a certificate that ends soon", async () => {
    const url = serverWith(takes, certificate("DNS:localhost", 3));
    const { status, endpoint } = await examineEndpoint(folder, { url, tls_config });
    expect(status).toBe(0);
    expect(endpoint[5]).toMatch(/^expiry: warning: it ends on .*, in [23] days fix: renew/);
  });

  test("that nobody verifies", async () => {
    const url = serverWith(takes, certificate("DNS:other", -1));
    const { status, endpoint } = await examineEndpoint(folder, {
      url,
      tls_config: { insecure_skip_verify: true },
    });
    expect(status).toBe(0);
    expect(endpoint[3]).toMatch(
      /^certificate: warning: insecure_skip_verify accepts any server, even though .*not for localhost; it ended on/,
    );
  });

  test("at a port without it, and none at a port with it", async () => {
    const plain = serverWith(takes).replace("http:", "https:");
    const secure = serverWith(takes, certificate("DNS:localhost", 100)).replace("https:", "http:");
    const [first, second] = [
      await examineEndpoint(folder, { url: plain }),
      await examineEndpoint(folder, { url: secure }),
    ];
    expect(first.endpoint[2]).toBe(
      `TLS: failed: the server speaks no TLS at this port fix: write ${plain.replace("https:", "http:")} as url, or name the port that speaks TLS`,
    );
    expect(second.endpoint.at(-1)).toBe(
      `profile: failed: the connection was closed before the answer fix: write ${secure.replace("http:", "https:")} as url: this port speaks TLS`,
    );
  });
});

describe("an answer that is none", () => {
  const said =
    (status: number, text: string, headers = {}) =>
    () =>
      new Response(text, { status, headers });

  test.each<[string, Answer, object, RegExp]>([
    [
      "401 without credentials",
      said(401, "no"),
      {},
      /HTTP 401: no fix: the receiver asks who sends: write basic_auth/,
    ],
    ["401 with credentials", said(401, "no"), { bearer_token: "t" }, /fix: wrong user, password or token/],
    ["401 without a tenant", said(401, "no org id"), {}, /fix: name the tenant: headers: \{ X-Scope-OrgID/],
    ["403", said(403, ""), {}, /fix: the user or token is known, and must not write/],
    ["404", said(404, "404 page not found"), {}, /fix: see whether url is right: \/ingest and/],
    ["413", said(413, ""), {}, /fix: the profile is larger than what is between takes/],
    ["429", said(429, "limit"), {}, /fix: the receiver's rate limit is reached/],
    ["500", said(500, "oops"), {}, /HTTP 500: oops fix: something fails in the receiver itself/],
    [
      "502 with a page",
      said(502, "<html><head><title>502 Bad Gateway</title></head></html>"),
      {},
      /HTTP 502: 502 Bad Gateway fix: a proxy in front/,
    ],
    [
      "a page",
      said(200, "<!doctype html><p>Hi", { "content-type": "text/html" }),
      {},
      /HTTP 200 with a web page fix: see whether url is right/,
    ],
    [
      "a redirect to https",
      said(301, "", { location: "https://profiles.example/ingest?token=hunter2" }),
      {},
      /HTTP 301 to https:\/\/profiles\.example\/ingest fix: write https:\/\/profiles\.example as url/,
    ],
    [
      "a redirect to a login",
      said(302, "", { location: "https://sso.example/login" }),
      {},
      /fix: the server asks for a login page/,
    ],
    [
      "a profile too old",
      said(400, "is outside of ingestion window"),
      {},
      /fix: the receiver refuses profiles of that time/,
    ],
  ])("%s", async (_, answer, more, finding) => {
    const { status, endpoint } = await examineEndpoint(folder, { url: serverWith(answer), ...more });
    expect(status).toBe(1);
    expect(endpoint.at(-1)).toMatch(finding);
    expect(endpoint.join()).not.toContain("hunter2");
  });

  test("404 where the path is in the url already", async () => {
    const url = `${serverWith(said(404, ""))}/base/ingest`;
    const { endpoint } = await examineEndpoint(folder, { url });
    expect(endpoint.at(-1)).toContain(`fix: write ${url.replace("/ingest", "")} as url`);
  });

  test("nothing at all", async () => {
    const url = serverWith(() => new Promise<Response>(() => {}) as never);
    const { endpoint } = await examineEndpoint(folder, { url }, "--timeout=200ms");
    expect(endpoint.at(-1)).toMatch(/^profile: failed: no answer in time fix: see whether a firewall drops/);
  });
});

describe("Grafana Cloud", () => {
  /** What the gateway says, by a proxy that stands for it. */
  async function cloud(host: string, status: number, error: string, more: object = {}): Promise<string> {
    const proxy_url = serverWith(() => Response.json({ status: "error", error }, { status }));
    const { endpoint } = await examineEndpoint(folder, { url: `http://${host}`, proxy_url, ...more });
    return endpoint.at(-1) ?? "";
  }

  const user = { basic_auth: { username: "1", password: "glc_x" } };

  test.each<[string, number, string, object, RegExp]>([
    [
      "a token alone",
      401,
      "authentication error: legacy auth cannot be upgraded because the host is not found",
      { bearer_token: "glc_x" },
      /fix: wrong user, or none: a token alone is not enough/,
    ],
    [
      "a wrong token or region",
      401,
      "authentication error: invalid authentication credentials",
      user,
      /fix: wrong token, wrong user or wrong region: .* profiles-prod-001\.grafana\.net must be the host/,
    ],
    [
      "a token without the scope",
      401,
      "authentication error: invalid scope requested",
      user,
      /fix: wrong token: it is known, but lacks the scope profiles:write/,
    ],
    ["nobody", 401, "authentication error: no credentials provided", {}, /fix: no user and token came/],
    [
      "a region that is not there",
      530,
      "error code: 1016",
      user,
      /fix: wrong region: Grafana Cloud has no such host/,
    ],
  ])("told of %s", async (_, status, error, more, finding) => {
    expect(await cloud("profiles-prod-001.grafana.net", status, error, more)).toMatch(finding);
  });

  test("told of the host of metrics", async () => {
    expect(await cloud("prometheus-prod-01.grafana.net", 404, "not found", user)).toMatch(
      /fix: wrong host: that of Profiles begins with profiles-prod-/,
    );
  });
});

describe("a token server", () => {
  const oauth2 = { client_id: "c", client_secret: "hunter2" };

  test("that is not there is told apart from the endpoint", async () => {
    const token_url = `http://127.0.0.1:${freePort()}/token`;
    const { status, endpoint } = await examineEndpoint(folder, {
      url: serverWith(takes),
      oauth2: { ...oauth2, token_url },
    });
    expect(status).toBe(1);
    expect(endpoint).toContainEqual(
      expect.stringContaining(
        "token server: connection: failed: 127.0.0.1: connection refused fix: start what listens on",
      ),
    );
  });

  test("that refuses is told", async () => {
    const token_url = serverWith(() => Response.json({ error: "invalid_client" }, { status: 401 }));
    const { status, endpoint } = await examineEndpoint(folder, {
      url: serverWith(takes),
      oauth2: { ...oauth2, token_url },
    });
    expect(status).toBe(1);
    expect(endpoint.at(-1)).toMatch(
      /^profile: failed: .* fix: see whether oauth2's token_url can be reached, and client_id/,
    );
    expect(endpoint.join()).not.toContain("hunter2");
  });
});

describe("a proxy", () => {
  test("that is not there", async () => {
    const proxy_url = `http://u:hunter2@127.0.0.1:${freePort()}`;
    const { status, endpoint } = await examineEndpoint(folder, { url: "http://pyroscope:4040", proxy_url });
    expect(status).toBe(1);
    expect(endpoint[0]).toMatch(/^proxy: ok: requests go through http:\/\/127\.0\.0\.1:\d+$/);
    expect(endpoint[2]).toStartWith(
      "proxy connection: failed: 127.0.0.1: connection refused fix: start what listens on",
    );
    expect(endpoint.join()).not.toContain("hunter2");
  });

  test("that asks who comes", async () => {
    const proxy_url = serverWith(() => new Response("", { status: 407 }));
    const { endpoint } = await examineEndpoint(folder, { url: "https://pyroscope:4040", proxy_url });
    expect(endpoint.at(-1)).toMatch(/HTTP 407 fix: the proxy asks for a user and a password/);
  });

  test("that leads there", async () => {
    const proxy_url = serverWith(takes);
    const { status, endpoint } = await examineEndpoint(folder, { url: "http://pyroscope:4040", proxy_url });
    expect([status, endpoint.at(-1)]).toEqual([0, expect.stringContaining("profile by Push: ok")]);
  });
});
