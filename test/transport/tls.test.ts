import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, renameSync, writeFileSync } from "node:fs";
import { eventually } from "../base/eventually.ts";
import { Certificates, type KeyPair } from "./certificates.ts";
import { TlsSink } from "./tls_sink.ts";
import { delivered, WriteBed } from "./write_bed.ts";

const certificates = new Certificates();
afterAll(() => certificates[Symbol.dispose]());

const server = { names: "DNS:localhost,IP:127.0.0.1", usage: "serverAuth", days: 2 } as const;
const client = { names: "DNS:client", usage: "clientAuth", days: 2 } as const;
const authority = certificates.authority();
const otherAuthority = certificates.authority();
const good = certificates.signed(authority, server);
const expired = certificates.signed(authority, { ...server, days: -1 });
const elsewhere = certificates.signed(authority, { ...server, names: "DNS:elsewhere.example" });
const goodClient = certificates.signed(authority, client);
const otherClient = certificates.signed(otherAuthority, client);
const expiredClient = certificates.signed(authority, { ...client, days: -1 });

type TlsConfig = Readonly<Record<string, unknown>>;

/** How one delivery to the sink ends. */
async function deliverTo(sink: { readonly url: string }, tls: TlsConfig | undefined): Promise<string> {
  await using bed = await WriteBed.start({
    url: sink.url,
    ...(tls === undefined ? {} : { tls_config: tls }),
  });
  return await bed.deliver();
}

/** TLS with that client certificate, in the configuration itself. */
function withClient({ cert, key }: KeyPair): TlsConfig {
  return { ca_pem: authority.cert, cert_pem: cert, key_pem: key };
}

describe("a server's certificate", () => {
  test.each([
    ["in the configuration", { ca_pem: authority.cert }],
    ["in a file", { ca_file: authority.certFile }],
    ["among others", { ca_pem: otherAuthority.cert + authority.cert }],
  ])("of an authority %s is accepted", async (_, tls) => {
    await using sink = await TlsSink.start({ pair: good });
    expect(await deliverTo(sink, tls)).toBe(delivered);
  });

  test.each([
    ["that nobody knows", good, undefined, "the server's certificate is signed by an unknown authority"],
    [
      "of another authority",
      good,
      { ca_pem: otherAuthority.cert },
      "the server's certificate is signed by an unknown authority",
    ],
    ["that has ended", expired, { ca_pem: authority.cert }, "the server's certificate has expired"],
    [
      "for another name",
      elsewhere,
      { ca_pem: authority.cert },
      "the server's certificate is for another name than 127.0.0.1",
    ],
    [
      "for another name than server_name",
      good,
      { ca_pem: authority.cert, server_name: "third.example" },
      "the server's certificate is for another name than third.example",
    ],
  ])("%s is refused, and the reason says so", async (_, pair, tls, reason) => {
    await using sink = await TlsSink.start({ pair });
    expect(await deliverTo(sink, tls)).toContain(reason);
    expect(sink.requests).toEqual([]);
  });

  test("is verified against server_name where that is given", async () => {
    await using sink = await TlsSink.start({ pair: elsewhere });
    const tls = { ca_pem: authority.cert, server_name: "elsewhere.example" };
    expect(await deliverTo(sink, tls)).toBe(delivered);
  });

  test("may be any with insecure_skip_verify", async () => {
    await using sink = await TlsSink.start({ pair: expired });
    expect(await deliverTo(sink, { insecure_skip_verify: true })).toBe(delivered);
  });

  test("is verified whatever the environment says", async () => {
    await using sink = await TlsSink.start({ pair: good });
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      expect(await deliverTo(sink, undefined)).toContain("unknown authority");
    } finally {
      delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    }
  });
});

describe.each(["TLSv1.2", "TLSv1.3"] as const)("a client certificate over %s", (version) => {
  test.each([
    ["that the server trusts is taken", withClient(goodClient), delivered],
    ["that is missing is named as the reason", { ca_pem: authority.cert }, "asks for a client certificate"],
    ["of another authority is named as the reason", withClient(otherClient), "the client certificate"],
    ["that has ended is named as the reason", withClient(expiredClient), "the client certificate"],
  ])("%s", async (_, tls, outcome) => {
    await using sink = await TlsSink.start({ pair: good, clientAuthority: authority, version });
    expect(await deliverTo(sink, tls)).toContain(outcome);
  });
});

describe("min_version", () => {
  test("is TLS 1.2 where it is not given", async () => {
    await using sink = await TlsSink.start({ pair: good, version: "TLSv1.1" });
    expect(await deliverTo(sink, { ca_pem: authority.cert })).toContain(
      "the server does not speak TLS 1.2 or newer",
    );
  });

  test.each([
    ["TLS10", "TLSv1"],
    ["TLS10", "TLSv1.1"],
    ["TLS11", "TLSv1.1"],
    ["TLS12", "TLSv1.2"],
    ["TLS12", "TLSv1.3"],
    ["TLS13", "TLSv1.3"],
  ] as const)("%s lets a server of %s be talked to", async (min_version, version) => {
    await using sink = await TlsSink.start({ pair: good, version });
    expect(await deliverTo(sink, { ca_pem: authority.cert, min_version })).toBe(delivered);
  });

  test.each([
    ["TLS11", "TLSv1", "TLS 1.1"],
    ["TLS13", "TLSv1.2", "TLS 1.3"],
  ] as const)("%s refuses a server of %s", async (min_version, version, named) => {
    await using sink = await TlsSink.start({ pair: good, version });
    expect(await deliverTo(sink, { ca_pem: authority.cert, min_version })).toContain(
      `the server does not speak ${named} or newer`,
    );
  });
});

test("a server without TLS is named as such", async () => {
  await using plain = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const url = `https://127.0.0.1:${plain.port}`;
  expect(await deliverTo({ url }, { ca_pem: authority.cert })).toContain("speaks no TLS at this port");
});

describe("files", () => {
  test("with the authority are read again when they change", async () => {
    await using sink = await TlsSink.start({ pair: good });
    const ca_file = certificates.file("ca");
    copyFileSync(otherAuthority.certFile, ca_file);
    await using bed = await WriteBed.start({ url: sink.url, tls_config: { ca_file } });
    expect(await bed.deliver()).toContain("unknown authority");
    writeFileSync(certificates.file("ca.new"), authority.cert);
    renameSync(certificates.file("ca.new"), ca_file);
    await eventually("trust in the new authority", async () => (await bed.deliver()) === delivered);
  });

  test("no longer trusted are not, even on a connection that is open", async () => {
    await using sink = await TlsSink.start({ pair: good });
    const ca_file = certificates.file("trusted");
    copyFileSync(authority.certFile, ca_file);
    await using bed = await WriteBed.start({ url: sink.url, tls_config: { ca_file } });
    expect(await bed.deliver()).toBe(delivered);
    copyFileSync(otherAuthority.certFile, ca_file);
    await eventually("the refusal", async () => (await bed.deliver()).includes("unknown authority"));
  });

  test("with certificate and key are used together, and not before both have changed", async () => {
    await using sink = await TlsSink.start({ pair: good, clientAuthority: authority });
    const [cert_file, key_file] = [certificates.file("cert"), certificates.file("key")];
    copyFileSync(otherClient.certFile, cert_file);
    copyFileSync(otherClient.keyFile, key_file);
    await using bed = await WriteBed.start({
      url: sink.url,
      tls_config: { ca_pem: authority.cert, cert_file, key_file },
    });
    expect(await bed.deliver()).toContain("the client certificate");
    copyFileSync(goodClient.certFile, cert_file);
    await eventually("the word that they do not fit", () =>
      bed.log.includes(
        "the new key of tls_config does not belong to the certificate: the old one stays in use",
      ),
    );
    expect(await bed.deliver()).toContain("the client certificate");
    copyFileSync(goodClient.keyFile, key_file);
    await eventually("the new certificate", async () => (await bed.deliver()) === delivered);
    expect(bed.log).not.toContain("PRIVATE KEY");
  });
});
