import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { redact } from "../../src/config/redact.ts";
import { shapeOf } from "../../src/config/schema_shape.ts";
import { writeSchema } from "../../src/write/schema.ts";
import { Certificates } from "./certificates.ts";
import { type EndpointConfig, problemsOf } from "./write_bed.ts";

const certificates = new Certificates();
afterAll(() => certificates[Symbol.dispose]());

const authority = certificates.authority();
const client = certificates.signed(authority, { names: "DNS:client", usage: "clientAuth", days: 2 });
const twoLines = certificates.file("two lines");
writeFileSync(twoLines, "one\ntwo\n");

const oauth2 = { client_id: "id", client_secret: "hush", token_url: "https://login.example/token" };
const auth = {
  basic_auth: { username: "u" },
  bearer_token: "hush",
  bearer_token_file: "/no/such/file",
  authorization: { credentials: "hush" },
  oauth2,
};

describe("what is right is taken", () => {
  test.each<[string, EndpointConfig]>([
    ["nothing", {}],
    [
      "a client certificate from files",
      { tls_config: { cert_file: client.certFile, key_file: client.keyFile } },
    ],
    [
      "certificate and key from different places",
      { tls_config: { cert_pem: client.cert, key_file: client.keyFile } },
    ],
    ["several authorities", { tls_config: { ca_pem: authority.cert + client.cert } }],
    ["every TLS version", { tls_config: { min_version: "TLS10" } }],
    ["oauth2", { oauth2: { ...oauth2, scopes: ["a"], endpoint_params: { audience: "x", grant_type: "y" } } }],
    ["oauth2 with a query in its URL", { oauth2: { ...oauth2, token_url: "http://localhost/token?v=2" } }],
    [
      "a proxy with a user",
      { proxy_url: "http://u:hush@proxy:3128", no_proxy: "a,b", proxy_connect_header: { A: ["b"] } },
    ],
    ["the environment's proxy", { proxy_from_environment: true, proxy_connect_header: { A: ["b"] } }],
    ["an empty no_proxy", { no_proxy: "" }],
    ["enable_http2", { enable_http2: false }],
  ])("%s", (_, endpoint) => {
    expect(problemsOf(endpoint)).toEqual([]);
  });
});

const pairsOfAuth = Object.keys(auth).flatMap((one, index, all) =>
  all.slice(index + 1).map((other) => [one, other] as const),
);

test.each(pairsOfAuth)("%s and %s together are one way to authenticate too many", (one, other) => {
  const both = Object.fromEntries(Object.entries(auth).filter(([key]) => key === one || key === other));
  expect(problemsOf(both)).toContainEqual(
    expect.stringMatching(/^\w+: only one way to authenticate is possible, and \w+ is given too$/),
  );
});

describe("what is wrong is named where it stands", () => {
  test.each<[string, EndpointConfig, string]>([
    [
      "Basic as a type",
      { authorization: { type: " basic", credentials: "x" } },
      "authorization.type: must not be Basic: use basic_auth",
    ],
    [
      "two passwords",
      { basic_auth: { password: "x", password_file: client.keyFile } },
      "basic_auth.password_file: excludes password",
    ],
    [
      "a token that is not there",
      { bearer_token_file: "/no/such" },
      "bearer_token_file: the file can't be read: there is no such file",
    ],
    [
      "a token of two lines",
      { bearer_token_file: twoLines },
      "bearer_token_file: must hold the secret alone, in one line",
    ],
    ["an inline token of two lines", { bearer_token: "a\nb" }, "bearer_token: must be one line"],
    [
      "two CAs",
      { tls_config: { ca_pem: authority.cert, ca_file: authority.certFile } },
      "tls_config.ca_file: excludes ca_pem",
    ],
    [
      "a CA that is not there",
      { tls_config: { ca_file: "/no/such" } },
      "tls_config.ca_file: the file can't be read: there is no such file",
    ],
    [
      "a folder for a CA",
      { tls_config: { ca_file: "/tmp" } },
      "tls_config.ca_file: the file can't be read: it is a folder",
    ],
    [
      "a CA that is none",
      { tls_config: { ca_file: twoLines } },
      "tls_config.ca_file: holds no PEM certificate",
    ],
    [
      "a CA that is none after one that is",
      {
        tls_config: {
          ca_pem: `${authority.cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`,
        },
      },
      "tls_config.ca_pem: holds no PEM certificate",
    ],
    [
      "a certificate without a key",
      { tls_config: { cert_file: client.certFile } },
      "tls_config: a client certificate and its key must be given together",
    ],
    [
      "a key without a certificate",
      { tls_config: { key_pem: client.key } },
      "tls_config: a client certificate and its key must be given together",
    ],
    [
      "a certificate that is none",
      { tls_config: { cert_pem: client.key, key_pem: client.key } },
      "tls_config.cert_pem: holds no PEM certificate",
    ],
    [
      "a key that is none",
      { tls_config: { cert_pem: client.cert, key_pem: client.cert } },
      "tls_config.key_pem: holds no PEM private key",
    ],
    [
      "another's key",
      { tls_config: { cert_pem: client.cert, key_file: authority.keyFile } },
      "tls_config.key_file: does not belong to the certificate",
    ],
    [
      "an unknown TLS version",
      { tls_config: { min_version: "TLS14" } },
      "tls_config.min_version: expected one of TLS10, TLS11, TLS12, TLS13",
    ],
    ["no_proxy alone", { no_proxy: "a" }, "no_proxy: needs proxy_url"],
    [
      "CONNECT headers alone",
      { proxy_connect_header: { A: ["hush"] } },
      "proxy_connect_header: needs proxy_url or proxy_from_environment",
    ],
    [
      "two proxies",
      { proxy_from_environment: true, proxy_url: "http://u:hush@proxy" },
      "proxy_url: excludes proxy_from_environment",
    ],
    [
      "two lists",
      { proxy_from_environment: true, no_proxy: "a" },
      "no_proxy: excludes proxy_from_environment",
    ],
    [
      "a proxy of another kind",
      { proxy_url: "socks5://u:hush@proxy:1080" },
      "proxy_url: expected the URL of an http or https proxy, such as http://proxy:3128",
    ],
    [
      "a proxy without a scheme",
      { proxy_url: "proxy:3128" },
      "proxy_url: expected the URL of an http or https proxy, such as http://proxy:3128",
    ],
    [
      "a CONNECT header of two lines",
      { proxy_url: "http://proxy", proxy_connect_header: { A: ["b", "hush\nhush"] } },
      "proxy_connect_header.A[1]: must be one line",
    ],
    [
      "oauth2 without a secret",
      { oauth2: { ...oauth2, client_secret: undefined } },
      "oauth2: needs client_secret or client_secret_file",
    ],
    [
      "oauth2 with two secrets",
      { oauth2: { ...oauth2, client_secret_file: client.keyFile } },
      "oauth2.client_secret_file: excludes client_secret",
    ],
    [
      "oauth2 without a client",
      { oauth2: { ...oauth2, client_id: undefined } },
      "oauth2.client_id: is required",
    ],
    [
      "oauth2 with a URL that is none",
      { oauth2: { ...oauth2, token_url: "login" } },
      "oauth2.token_url: expected an http or https URL such as https://login.example.com/oauth2/token",
    ],
    [
      "oauth2 with a user in its URL",
      { oauth2: { ...oauth2, token_url: "https://u:hush@login/" } },
      "oauth2.token_url: must not hold credentials: use client_id and client_secret",
    ],
    [
      "a scope as a parameter",
      { oauth2: { ...oauth2, endpoint_params: { scope: "hush" } } },
      "oauth2.endpoint_params.scope: has an argument of its own: use that",
    ],
    [
      "oauth2's no_proxy alone",
      { proxy_url: "http://p", oauth2: { ...oauth2, no_proxy: "a" } },
      "oauth2.no_proxy: needs proxy_url",
    ],
    [
      "oauth2's certificate without a key",
      { oauth2: { ...oauth2, tls_config: { cert_pem: client.cert } } },
      "oauth2.tls_config: a client certificate and its key must be given together",
    ],
    [
      "a header that has no such name",
      { headers: { "a b": "c" } },
      "headers.a b: is no name that a header can have",
    ],
    ["a header of two lines", { headers: { a: "b\nc" } }, "headers.a: must be one line"],
    [
      "an Authorization that is added",
      { http_headers: { Authorization: ["hush"] } },
      "http_headers.Authorization: can't be added: use headers, or the argument that is made for it",
    ],
  ])("%s", (_, endpoint, problem) => {
    const problems = problemsOf(endpoint);
    expect(problems).toContain(problem);
    expect(problems.join("\n")).not.toContain("hush");
  });
});

describe("the environment's proxy", () => {
  const before = process.env["HTTPS_PROXY"];
  afterEach(() => {
    delete process.env["HTTPS_PROXY"];
    if (before !== undefined) process.env["HTTPS_PROXY"] = before;
  });

  test("of a kind that can't be used is a problem", () => {
    process.env["HTTPS_PROXY"] = "socks5://u:hush@proxy:1080";
    expect(problemsOf({ proxy_from_environment: true })).toEqual([
      "proxy_from_environment: the environment variable HTTPS_PROXY: expected the URL of an http or https proxy, such as http://proxy:3128",
    ]);
    expect(problemsOf({})).toEqual([]);
  });
});

test("no secret shows in a configuration that is shown", () => {
  const endpoint = {
    url: "http://sink:4040",
    proxy_url: "http://u:hush@proxy",
    proxy_connect_header: { A: ["hush"] },
    http_headers: { B: ["hush"] },
    tls_config: { key_pem: "hush" },
    oauth2: { ...oauth2, endpoint_params: { password: "hush" }, proxy_url: "http://hush@proxy" },
  };
  const shown = JSON.stringify(redact(shapeOf(writeSchema), { endpoint: [endpoint] }));
  expect(shown).not.toContain("hush");
  expect(shown).toContain("http://sink:4040");
});
