import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { connect } from "node:http2";
import type { TLSSocket } from "node:tls";
import { eventually } from "../base/eventually.ts";
import { freePort } from "../http/free_port.ts";
import type { KeyPair } from "../transport/certificates.ts";
import { testTimeoutMs, withinMs } from "../wire/bounded.ts";
import { renameOver, SecretVolume } from "./replaced_files.ts";
import { answerOver, SenderConnection } from "./sender_connection.ts";
import { ingestRequest, TlsBed, withTls } from "./tls_bed.ts";

setDefaultTimeout(testTimeoutMs);

/** A certificate's and a key's file, both of which can be replaced. */
type PairFiles = Readonly<Record<"cert_file" | "key_file", string>>;

/** The receivers whose files the tests replace, each by one test, since all of these wait and so run together. */
const replaceable = [
  "renamed",
  "fronted",
  "second",
  "http2",
  "no_pem",
  "strange_key",
  "no_key",
  "restored",
  "renewed",
] as const;

let bed: TlsBed;
let volume: SecretVolume;
let first: KeyPair;
const files: Record<string, PairFiles> = {};

beforeAll(async () => {
  bed = await TlsBed.start((certificates) => {
    first = certificates.server;
    for (const label of replaceable) {
      files[label] = {
        cert_file: certificates.file(`${label}.crt`),
        key_file: certificates.file(`${label}.tls`),
      };
      place(label, first);
    }
    volume = new SecretVolume(certificates.file("secret"), secretOf(first));
    writeFileSync(certificates.file("clients.crt"), certificates.authority.cert);
    const blocks = withTls({
      ...files,
      fronted: {
        ...files["fronted"],
        client_ca_file: certificates.authority.certFile,
        client_auth_type: "VerifyClientCertIfGiven",
      },
      swapped: {
        cert_file: certificates.file("secret/tls.crt"),
        key_file: certificates.file("secret/tls.key"),
      },
      clients: {
        cert_pem: first.cert,
        key_pem: first.key,
        client_ca_file: certificates.file("clients.crt"),
        client_auth_type: "RequireAndVerifyClientCert",
      },
    });
    // Another component can listen where the one before did only where the port has a number.
    return { ...blocks, renewed: { ...blocks["renewed"], listen_port: freePort() } };
  });
}, testTimeoutMs);

afterAll(() => bed[Symbol.asyncDispose](), testTimeoutMs);

function place(label: string, { cert, key }: KeyPair): void {
  const { cert_file, key_file } = files[label] ?? { cert_file: "", key_file: "" };
  renameOver(cert_file, cert);
  renameOver(key_file, key);
}

function secretOf({ cert, key }: KeyPair): Readonly<Record<string, string>> {
  return { "tls.crt": cert, "tls.key": key };
}

function fingerprintOf({ cert }: KeyPair): string {
  const bytes = Buffer.from(cert.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
  const hex = new Bun.CryptoHasher("sha256").update(bytes).digest("hex").toUpperCase();
  return hex.match(/../g)?.join(":") ?? "";
}

function open(label: string): Promise<SenderConnection> {
  return SenderConnection.open(bed.address(label), bed.certificates.client("none"));
}

async function isBadHealth(label: string): Promise<boolean> {
  return (await bed.health()).text.includes(`receive_http.${label}:`);
}

async function shownTo(label: string): Promise<string> {
  using connection = await open(label);
  return connection.fingerprint;
}

async function untilShown(label: string, pair: KeyPair): Promise<void> {
  await eventually(
    `the new certificate of ${label}`,
    async () => (await shownTo(label)) === fingerprintOf(pair),
  );
}

describe("certificates that are replaced on disk", () => {
  const ways: readonly (readonly [way: string, label: string, replace: (pair: KeyPair) => void])[] = [
    ["by a rename over each file", "renamed", (pair) => place("renamed", pair)],
    ["by a swap of ..data", "swapped", (pair) => volume.swap(secretOf(pair))],
    ["where a client's is verified if it is given", "fronted", (pair) => place("fronted", pair)],
  ];

  test.concurrent.each(ways)("%s", async (_, label, replace) => {
    using old = await open(label);
    expect(await old.request(ingestRequest)).toEqual({ status: 200, connection: undefined });
    const next = bed.certificates.newServer();
    replace(next);
    await untilShown(label, next);
    // The connection from before has one answer more, which says that it is the last.
    expect(await old.request(ingestRequest)).toEqual({ status: 200, connection: "close" });
    using fresh = await open(label);
    expect(await fresh.request(ingestRequest)).toEqual({ status: 200, connection: undefined });
    expect(fresh.fingerprint).toBe(fingerprintOf(next));
  });

  test.concurrent("twice, with connections of three generations", async () => {
    using oldest = await open("second");
    await oldest.request(ingestRequest);
    const [next, last] = [bed.certificates.newServer(), bed.certificates.newServer()];
    place("second", next);
    await untilShown("second", next);
    using middle = await open("second");
    await middle.request(ingestRequest);
    place("second", last);
    await untilShown("second", last);
    using newest = await open("second");
    const answers = [oldest, middle, newest].map((connection) => connection.request(ingestRequest));
    expect(await Promise.all(answers)).toEqual([
      { status: 200, connection: "close" },
      { status: 200, connection: "close" },
      { status: 200, connection: undefined },
    ]);
  });

  test.concurrent("an HTTP/2 connection from before goes on", async () => {
    const session = connect(`https://${bed.address("http2")}`, { ca: bed.certificates.authority.cert });
    const { promise: failure, reject } = Promise.withResolvers<number>();
    session.on("error", reject);
    failure.catch(() => undefined);
    const status = () => {
      const stream = session.request({ ":method": "POST", ":path": "/ingest?name=app" });
      const { promise, resolve } = Promise.withResolvers<number>();
      stream.on("response", (headers) => resolve(Number(headers[":status"])));
      stream.on("error", reject);
      stream.resume();
      stream.end("profile");
      return withinMs(10_000, "the answer", Promise.race([promise, failure]));
    };
    try {
      expect(await status()).toBe(200);
      expect((session.socket as TLSSocket).encrypted).toBe(true);
      const next = bed.certificates.newServer();
      place("http2", next);
      await untilShown("http2", next);
      expect(await status()).toBe(200);
    } finally {
      session.destroy();
    }
  });

  test.concurrent("the authorities of clients", async () => {
    const { certificates } = bed;
    const fates = () =>
      Promise.all(
        (["valid", "of another authority"] as const).map((kind) =>
          answerOver(bed.address("clients"), certificates.client(kind), ingestRequest),
        ),
      );
    expect(await fates()).toEqual([200, "refused"]);
    renameOver(certificates.file("clients.crt"), certificates.otherAuthority.cert);
    await eventually("the new authority", async () => Bun.deepEquals(await fates(), ["refused", 200]));
  });
});

describe("a new certificate that can't be used", () => {
  const reasons: readonly (readonly [what: string, label: string, pair: () => KeyPair, reason: string])[] = [
    [
      "that is no PEM",
      "no_pem",
      () => ({ ...first, cert: "not a certificate" }),
      "the certificate holds no PEM certificate",
    ],
    [
      "whose key is another's",
      "strange_key",
      () => ({ ...bed.certificates.newServer(), key: first.key }),
      "the key does not belong",
    ],
    [
      "whose key is no PEM",
      "no_key",
      () => ({ ...first, key: "c2VjcmV0" }),
      "the key holds no PEM private key",
    ],
  ];

  test.concurrent.each(reasons)(
    "%s leaves the old one, which /-/healthy tells until a good one comes",
    async (_, label, pair, reason) => {
      const before = await shownTo(label);
      place(label, pair());
      await eventually("the bad health", () => isBadHealth(label));
      const { status, text } = await bed.health();
      expect(status).toBe(500);
      expect(text.split("\n").find((line) => line.includes(`.${label}: `))).toContain(reason);
      expect(text).not.toContain("c2VjcmV0");
      expect(await shownTo(label)).toBe(before);
      expect(await answerOver(bed.address(label), bed.certificates.client("none"), ingestRequest)).toBe(200);
      const good = bed.certificates.newServer();
      place(label, good);
      await untilShown(label, good);
      expect(await isBadHealth(label)).toBe(false);
    },
  );
});

// A configuration is refused while a certificate on disk can't be used, so these come one after the other.
describe("after a renewal", () => {
  test("the old certificate coming back does not keep the port open at the end", async () => {
    place("restored", { ...first, cert: "not a certificate" });
    await eventually("the bad health", () => isBadHealth("restored"));
    place("restored", first);
    await eventually("the good health", async () => !(await isBadHealth("restored")));
    const address = bed.address("restored");
    await bed.reload("restored", "dropped");
    await eventually("the port being closed", async () => {
      const answer = await answerOver(address, bed.certificates.client("none"), ingestRequest);
      return answer === "refused";
    });
  });

  test("connections from before are served as the configuration is by then, and end with the receiver", async () => {
    const old = [await open("renewed"), await open("renewed"), await open("renewed")] as const;
    const [asked, left, alsoLeft] = old;
    for (const connection of old) await connection.request(ingestRequest);
    const next = bed.certificates.newServer();
    place("renewed", next);
    await untilShown("renewed", next);
    writeFileSync(bed.certificates.file("tokens"), "token\n");
    await bed.reload("renewed", { auth: { bearer_tokens_file: bed.certificates.file("tokens") } });
    expect(await asked.request(ingestRequest)).toEqual({ status: 401, connection: "close" });
    await bed.reload("renewed", "dropped");
    await Promise.all(
      [left, alsoLeft].map(({ closed }) => withinMs(5000, "the end of a connection", closed)),
    );
  });
});
