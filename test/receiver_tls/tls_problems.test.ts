import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { problemsOf } from "../config/loaded.ts";
import { ReceiverCertificates } from "./receiver_certificates.ts";

const certificates = new ReceiverCertificates();
const { server, authority } = certificates;
const other = certificates.newServer();
const noPem = certificates.file("no.pem");
writeFileSync(noPem, "c2VjcmV0\n");
const folder = certificates.file("folder");
mkdirSync(folder);
const missing = certificates.file("missing.pem");

afterAll(() => certificates[Symbol.dispose]());

const pair = { cert_pem: server.cert, key_pem: server.key };
const verify = { client_auth_type: "RequireAndVerifyClientCert" };

/** The problems of a receiver with this `tls` block, each as `line:column: path: message` below the block. */
function problemsOfTls(tls: Readonly<Record<string, unknown>>): string[] {
  const lines = Object.entries(tls).map(([key, value]) => `        ${key}: ${JSON.stringify(value)}`);
  const text = `pyroscope.receive_http:
  r:
    forward_to: [pyroscope.write.w.receiver]
    http:
      tls:
${lines.join("\n")}
pyroscope.write:
  w:
    endpoint: { url: "http://sink:4040" }
`;
  return problemsOf(text).map((problem) =>
    problem.replace(/^f:/, "").replace("pyroscope.receive_http.r.http.tls", "tls"),
  );
}

/**
 * Each case: what it is, the block, and everything that is wrong with it. The block's arguments begin in line 6, and a
 * problem of one is where its value begins.
 */
const cases: readonly (readonly [
  what: string,
  tls: Readonly<Record<string, unknown>>,
  problems: readonly string[],
])[] = [
  ["a certificate without a key", { cert_pem: server.cert }, ["5:7: tls: needs key_pem or key_file"]],
  ["a key without a certificate", { key_pem: server.key }, ["5:7: tls: needs cert_pem or cert_file"]],
  [
    "both forms of the certificate",
    { ...pair, cert_file: server.certFile },
    ["8:20: tls.cert_file: excludes cert_pem"],
  ],
  ["both forms of the key", { ...pair, key_file: server.keyFile }, ["8:19: tls.key_file: excludes key_pem"]],
  [
    "two forms of the client CA",
    { ...pair, ...verify, client_ca: authority.cert, client_ca_file: authority.certFile },
    ["10:25: tls.client_ca_file: excludes client_ca"],
  ],
  [
    "a client CA under both of its names",
    { ...pair, ...verify, client_ca: authority.cert, client_ca_pem: authority.cert },
    ["10:24: tls.client_ca_pem: excludes client_ca"],
  ],
  [
    "a client CA that nothing asks for",
    { ...pair, client_ca: authority.cert },
    ["5:7: tls.client_auth_type: a client CA has no use with NoClientCert: ask for a client certificate"],
  ],
  [
    "verification against nothing",
    { ...pair, ...verify },
    ["8:27: tls.client_auth_type: needs client_ca, client_ca_pem or client_ca_file"],
  ],
  [
    "files that are not there",
    { cert_file: missing, key_file: missing },
    [
      "6:20: tls.cert_file: the file can't be read: there is no such file",
      "7:19: tls.key_file: the file can't be read: there is no such file",
    ],
  ],
  [
    "a folder for a file",
    { ...pair, ...verify, client_ca_file: folder },
    ["9:25: tls.client_ca_file: the file can't be read: it is a folder"],
  ],
  [
    "a key of another certificate",
    { ...pair, key_pem: other.key },
    ["5:7: tls: the key does not belong to the certificate"],
  ],
  [
    "a certificate that is no PEM",
    { cert_file: noPem, key_pem: server.key },
    ["5:7: tls: the certificate holds no PEM certificate"],
  ],
  [
    "a key that is no PEM",
    { cert_pem: server.cert, key_file: noPem },
    ["5:7: tls: the key holds no PEM private key"],
  ],
  [
    "a client CA that is no PEM",
    { ...pair, ...verify, client_ca_file: noPem },
    ["5:7: tls: the client CA holds no PEM certificate"],
  ],
];

describe("a tls block with", () => {
  test.each(cases)("%s", (_, tls, problems) => {
    expect(problemsOfTls(tls)).toEqual([...problems]);
  });

  test("words that are none", () => {
    const problems = problemsOfTls({
      ...pair,
      client_auth_type: "RequireCert",
      min_version: "TLS1.2",
      cipher_suites: "TLS_RSA_WITH_RC4_128_SHA",
    });
    expect(problems.map((problem) => problem.split(": ", 2).join(": "))).toEqual([
      "8:27: tls.client_auth_type",
      "9:22: tls.min_version",
      "10:24: tls.cipher_suites",
    ]);
  });

  test("everything in order is taken, in both forms", () => {
    const { certFile: cert_file, keyFile: key_file } = server;
    const client_ca_file = authority.certFile;
    expect(problemsOfTls(pair)).toEqual([]);
    expect(problemsOfTls({ cert_file, key_file, ...verify, client_ca_file })).toEqual([]);
    expect(problemsOfTls({ cert_file, key_pem: server.key })).toEqual([]);
  });
});

test("no problem shows anything of a key", () => {
  const keyLines = [server.key, other.key]
    .flatMap((key) => key.split("\n"))
    .filter((line) => line.length > 20);
  const all = cases.flatMap(([, tls]) => problemsOfTls(tls)).join("\n");
  expect(keyLines.filter((line) => all.includes(line))).toEqual([]);
  expect(all).not.toContain("c2VjcmV0");
});
