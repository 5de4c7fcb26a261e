import { beforeAll, describe, expect, test } from "bun:test";
import { type ClientHttp2Session, connect } from "node:http2";
import { withinMs } from "../wire/bounded.ts";
import { encodePush, entriesOf, pushPath, shortHash } from "../wire/push_message.ts";
import type { ReceiverCertificates } from "./receiver_certificates.ts";
import type { TlsBed, TlsBlocks } from "./tls_bed.ts";

const profile = Buffer.from("a profile");
const pushBody = encodePush({ __name__: "process_cpu", service_name: "app" }, profile);

/** The receivers that these tests need. */
export const protocolBlocks = ({ server, authority }: ReceiverCertificates): TlsBlocks => {
  const pair = { cert_pem: server.cert, key_pem: server.key };
  return {
    clear: undefined,
    plain: pair,
    files: { cert_file: server.certFile, key_file: server.keyFile },
    mutual: { ...pair, client_auth_type: "RequireAndVerifyClientCert", client_ca: authority.cert },
    verifying: { ...pair, client_auth_type: "VerifyClientCertIfGiven", client_ca_pem: authority.cert },
  };
};

/** `status protocol` of a POST by curl. */
async function curl(
  url: string,
  flags: readonly string[],
  body: Uint8Array,
  contentType: string,
): Promise<string> {
  const { authority } = bed.certificates;
  const child = Bun.spawn(
    [
      ...["curl", "--silent", "--show-error", "--max-time", "10", "--cacert", authority.certFile, ...flags],
      ...["--output", "/dev/null", "--write-out", "%{http_code} HTTP/%{http_version}"],
      ...["--header", `Content-Type: ${contentType}`, "--data-binary", "@-", url],
    ],
    { stdin: body, stdout: "pipe", stderr: "pipe" },
  );
  const [text, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return (await child.exited) === 0 ? text : error;
}

/** Sends a profile both ways and tells how the answers came, each with the hash of what the sink got. */
async function sendBoth(base: string, flags: readonly string[]): Promise<string[]> {
  const ingest = bed.sink.script({});
  const ingested = await curl(`${base}/ingest?name=app`, flags, profile, "application/octet-stream");
  const push = bed.sink.script({});
  const pushed = await curl(`${base}${pushPath}`, flags, pushBody, "application/proto");
  const ingestHashes = ingest.requests.map(({ body }) => shortHash(body));
  const pushHashes = push.requests.flatMap(entriesOf).map(({ hash }) => hash);
  return [`${ingested} ${ingestHashes.join()}`, `${pushed} ${pushHashes.join()}`];
}

let bed: TlsBed;

/** Registers the tests of profiles over every protocol. */
export function registerProtocolTests(shared: () => TlsBed): void {
  beforeAll(() => {
    bed = shared();
  });

  describe("/ingest and Push by curl", () => {
    test.each([
      ["HTTP/1.1 over TLS", "plain", ["--http1.1"], "HTTP/1.1"],
      ["HTTP/2 over TLS", "plain", ["--http2"], "HTTP/2"],
      ["HTTP/2 with the certificate in files", "files", ["--http2"], "HTTP/2"],
      ["HTTP/1.1 where certificates are verified if given", "verifying", ["--http1.1"], "HTTP/1.1"],
      ["HTTP/2 where certificates are verified if given", "verifying", ["--http2"], "HTTP/2"],
      ["HTTP/1.1 in clear text", "clear", ["--http1.1"], "HTTP/1.1"],
      ["HTTP/2 in clear text with prior knowledge", "clear", ["--http2-prior-knowledge"], "HTTP/2"],
      ["HTTP/1.1 where an upgrade to HTTP/2 is offered", "clear", ["--http2"], "HTTP/1.1"],
    ])("%s", async (_, label, flags, protocol) => {
      const scheme = label === "clear" ? "http" : "https";
      const told = await sendBoth(`${scheme}://${bed.address(label)}`, flags);
      const expected = `200 ${protocol} ${shortHash(profile)}`;
      expect(told).toEqual([expected, expected]);
    });

    test("HTTP/2 with a client's certificate, and none without it", async () => {
      const url = `https://${bed.address("mutual")}/ingest?name=app`;
      const { certFile, keyFile } = bed.certificates.clientFiles;
      const withOne = await curl(
        url,
        ["--http2", "--cert", certFile, "--key", keyFile],
        profile,
        "text/plain",
      );
      expect(withOne).toBe("200 HTTP/2");
      expect(await curl(url, ["--http2"], profile, "text/plain")).toContain("curl: (");
    });
  });

  describe("several requests at once on one HTTP/2 connection of node:http2", () => {
    test.each([
      ["over TLS", "https", "plain"],
      ["in clear text", "http", "clear"],
    ])("%s", async (_, scheme, label) => {
      const recording = bed.sink.script({});
      const session = connect(`${scheme}://${bed.address(label)}`, { ca: bed.certificates.authority.cert });
      // What breaks the connection ends its streams, where it counts.
      session.on("error", () => undefined);
      try {
        const posts = Array.from({ length: 20 }, (_, index) =>
          index % 2 === 0
            ? post(session, "/ingest?name=app", profile, "text/plain")
            : post(session, pushPath, pushBody, "application/proto"),
        );
        expect(await Promise.all(posts)).toEqual(posts.map(() => 200));
        expect(recording.requests).toHaveLength(posts.length);
      } finally {
        session.destroy();
      }
    });
  });
}

async function post(
  session: ClientHttp2Session,
  path: string,
  body: Uint8Array,
  contentType: string,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": contentType });
  stream.on("response", (headers) => resolve(Number(headers[":status"])));
  stream.on("error", reject);
  stream.resume();
  stream.end(body);
  return await withinMs(10_000, `the answer to ${path}`, promise);
}
