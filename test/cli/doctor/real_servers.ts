/** Doctor and send against nginx with certificates of openssl: TLS, basic auth, redirects, limits, client certificates. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { eventually } from "../../base/eventually.ts";
import { TemporaryFolder } from "../../base/temporary_folder.ts";
import { freePort } from "../../http/free_port.ts";
import { command } from "../command.ts";
import { examineEndpoint } from "./doctor_run.ts";

const folder = new TemporaryFolder();
const running: Bun.Subprocess[] = [];

function openssl(...args: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["openssl", ...args], { cwd: folder.path });
  if (exitCode !== 0) throw new Error(`openssl ${args.join(" ")}: ${stderr}`);
}

const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

function authority(name: string): void {
  openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.pem`,
    "-days",
    "30",
    "-subj",
    `/CN=${name}`,
  );
}

/** A certificate that `ca` signs, from and to these dates as openssl writes them. */
function certificate(name: string, ca: string, host: string, from: string, to: string): void {
  openssl("req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
  writeFileSync(
    folder.file("ca.cnf"),
    `[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n[x]\nsubjectAltName=${host}\n`,
  );
  writeFileSync(folder.file("index.txt"), "");
  const files = [
    "-config",
    "ca.cnf",
    "-in",
    `${name}.csr`,
    "-out",
    `${name}.pem`,
    "-cert",
    `${ca}.pem`,
    "-keyfile",
    `${ca}.key`,
  ];
  openssl("ca", "-batch", "-notext", ...files, "-extensions", "x", "-startdate", from, "-enddate", to);
}

function stamp(days: number): string {
  const iso = new Date(Date.now() + days * 86_400_000).toISOString();
  return iso.replaceAll(/[-:T]|\.\d+/g, "").slice(2);
}

authority("known");
authority("unknown");
certificate("good", "known", "DNS:localhost", stamp(-1), stamp(90));
certificate("expired", "known", "DNS:localhost", stamp(-9), stamp(-1));
certificate("misnamed", "known", "DNS:pyroscope.example", stamp(-1), stamp(90));
certificate("foreign", "unknown", "DNS:localhost", stamp(-1), stamp(90));
certificate("client", "known", "DNS:client", stamp(-1), stamp(90));

const hash = Bun.spawnSync(["openssl", "passwd", "-apr1", "right"]).stdout.toString().trim();
writeFileSync(folder.file("htpasswd"), `12345:${hash}\n`);
mkdirSync(folder.file("temp"));

const names = [
  "open",
  "good",
  "expired",
  "misnamed",
  "foreign",
  "mutual",
  "redirect",
  "auth",
  "small",
  "dead",
  "elsewhere",
] as const;
const ports = Object.fromEntries(names.map((name) => [name, freePort()])) as Record<
  (typeof names)[number],
  number
>;

function server(name: keyof typeof ports, inner: string, certificate?: string): string {
  const tls =
    certificate === undefined
      ? ""
      : `ssl_certificate ${certificate}.pem; ssl_certificate_key ${certificate}.key;`;
  return `server { listen 127.0.0.1:${ports[name]}${certificate === undefined ? "" : " ssl"}; ${tls} ${inner} }`;
}

const takes = "location / { return 200; }";

writeFileSync(
  folder.file("nginx.conf"),
  `${process.getuid?.() === 0 ? "user root; " : ""}daemon off; pid nginx.pid; error_log stderr warn; worker_processes 1;
events { worker_connections 128; }
http {
  access_log off;
  client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
  ${server("open", takes)}
  ${server("good", takes, "good")}
  ${server("expired", takes, "expired")}
  ${server("misnamed", takes, "misnamed")}
  ${server("foreign", takes, "foreign")}
  ${server("mutual", `ssl_client_certificate known.pem; ssl_verify_client on; ${takes}`, "good")}
  ${server("redirect", `return 301 https://localhost:${ports.good}$request_uri;`)}
  ${server("auth", `location / { auth_basic "profiles"; auth_basic_user_file htpasswd; try_files /nosuch @taken; } location @taken { return 200; }`, "good")}
  ${server("small", `client_max_body_size 16; location / { proxy_pass http://127.0.0.1:${ports.open}; }`)}
  ${server("dead", `location / { proxy_pass http://127.0.0.1:${freePort()}; }`)}
  ${server("elsewhere", "location /profiles/ { return 200; } location / { return 404; }")}
}
`,
);

const nginx = Bun.spawn(["nginx", "-p", folder.path, "-c", "nginx.conf", "-e", "stderr"], {
  stdout: "ignore",
  stderr: Bun.file(folder.file("nginx.log")),
});
running.push(nginx);
await eventually(
  "nginx' start",
  async () => (await fetch(`http://127.0.0.1:${ports.open}/`).catch(() => undefined)) !== undefined,
  10_000,
);

afterAll(async () => {
  for (const child of running) child.kill();
  await Promise.all(running.map((child) => child.exited));
  folder[Symbol.dispose]();
});

const ca = { ca_file: folder.file("known.pem") };
const https = (name: keyof typeof ports) => `https://localhost:${ports[name]}`;
const http = (name: keyof typeof ports) => `http://127.0.0.1:${ports[name]}`;
const user = (password: string) => ({ username: "12345", password });

describe("doctor at nginx", () => {
  test.each<[string, object]>([
    ["in clear text", { url: http("open") }],
    ["over TLS", { url: https("good"), tls_config: ca }],
    ["over TLS with a user", { url: https("auth"), tls_config: ca, basic_auth: user("right") }],
    [
      "over TLS with a client certificate",
      {
        url: https("mutual"),
        tls_config: { ...ca, cert_file: folder.file("client.pem"), key_file: folder.file("client.key") },
      },
    ],
    ["below a path", { url: `${http("elsewhere")}/profiles` }],
  ])("finds nothing %s", async (_, endpoint) => {
    const { status, endpoint: found } = await examineEndpoint(folder, endpoint);
    expect(found.filter((line) => line.includes(": failed:"))).toEqual([]);
    expect(status).toBe(0);
  });

  test.each<[string, object, RegExp]>([
    [
      "an expired certificate",
      { url: https("expired"), tls_config: ca },
      /^expiry: failed: it ended on .* fix: renew/,
    ],
    [
      "a certificate for another name",
      { url: https("misnamed"), tls_config: ca },
      /^certificate name: failed: it is for pyroscope\.example, and not for localhost/,
    ],
    [
      "an unknown authority",
      { url: https("foreign"), tls_config: ca },
      /^chain: failed: signed by CN=unknown, which is not trusted/,
    ],
    [
      "a missing client certificate",
      { url: https("mutual"), tls_config: ca },
      /^profile: failed: HTTP 400: .*certificate.* fix: give a client certificate/,
    ],
    [
      "no user",
      { url: https("auth"), tls_config: ca },
      /^profile: failed: HTTP 401: 401 Authorization Required fix: the receiver asks who sends/,
    ],
    [
      "a wrong password",
      { url: https("auth"), tls_config: ca, basic_auth: user("wrong") },
      /HTTP 401: 401 Authorization Required fix: wrong user, password or token/,
    ],
    [
      "a redirect to TLS",
      { url: http("redirect") },
      new RegExp(
        `HTTP 301.* to https://localhost:${ports.good}/\\S+ fix: write https://localhost:${ports.good} as url`,
      ),
    ],
    [
      "clear text at a port with TLS",
      { url: http("good") },
      new RegExp(
        `HTTP 400: .*plain HTTP request was sent to HTTPS port.* fix: write https://127.0.0.1:${ports.good} as url`,
      ),
    ],
    [
      "TLS at a port in clear text",
      { url: https("open").replace("localhost", "127.0.0.1") },
      /^TLS: failed: the server speaks no TLS at this port fix: write http:/,
    ],
    [
      "a body that is too large",
      { url: http("small") },
      /HTTP 413: 413 Request Entity Too Large fix: the profile is larger/,
    ],
    [
      "a receiver that is away",
      { url: http("dead") },
      /HTTP 502: 502 Bad Gateway fix: a proxy in front of the receiver can't reach it/,
    ],
    [
      "a path that is not there",
      { url: http("elsewhere") },
      /HTTP 404: 404 Not Found fix: see whether url is right/,
    ],
  ])("finds %s", async (_, endpoint, finding) => {
    const { status, endpoint: found } = await examineEndpoint(folder, endpoint);
    const failures = found.filter((line) => line.includes(": failed:"));
    expect(failures.length).toBeWithin(1, 3);
    for (const failure of failures) expect(failure).toMatch(finding);
    expect(status).toBe(1);
  });
});

describe("send through nginx", () => {
  const file = folder.file("app.folded");
  writeFileSync(file, "main;work 12\n");
  writeFileSync(folder.file("right"), "right\n");
  writeFileSync(folder.file("wrong"), "wrong\n");
  const auth = (password: string) => ["--username=12345", `--password-file=${folder.file(password)}`];

  test("over TLS with a user is taken", async () => {
    const ended = await command(
      "send",
      "--url",
      https("auth"),
      `--ca-file=${ca.ca_file}`,
      ...auth("right"),
      file,
    );
    expect(ended).toMatchObject({ status: 0, error: "" });
  });

  test.each<[string, readonly string[], string]>([
    [
      "a wrong password",
      ["--url", https("auth"), `--ca-file=${ca.ca_file}`, ...auth("wrong")],
      "fix: wrong user, password or token",
    ],
    [
      "an unknown authority",
      ["--url", https("good")],
      "fix: name the authority that signed it, with those in between: --ca-file",
    ],
    ["a redirect", ["--url", http("redirect")], "HTTP 301"],
  ])("with %s says what to do", async (_, flags, fix) => {
    const ended = await command("send", "--timeout=3s", ...flags, file);
    expect(ended.status).toBe(2);
    expect(ended.error).toContain(fix);
  });
});
