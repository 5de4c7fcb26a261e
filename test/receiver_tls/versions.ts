import { beforeAll, describe, expect, test } from "bun:test";
import { type TlsVersion, tlsVersionNumbers } from "../../src/http/server_tls.ts";
import { agreed, type Handshake } from "./handshake.ts";
import type { ReceiverCertificates } from "./receiver_certificates.ts";
import type { TlsBed, TlsBlocks } from "./tls_bed.ts";

const clientVersions: readonly Handshake["version"][] = ["tls1", "tls1_1", "tls1_2", "tls1_3"];
const versionNames = Object.keys(tlsVersionNumbers) as TlsVersion[];

const spokenFrom = {
  TLS10: ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
  TLS11: ["refused", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
  TLS12: ["refused", "refused", "TLSv1.2", "TLSv1.3"],
  TLS13: ["refused", "refused", "refused", "TLSv1.3"],
} as const;

/** The receivers that these tests need. */
export const versionBlocks = ({ server }: ReceiverCertificates): TlsBlocks => {
  const pair = { cert_pem: server.cert, key_pem: server.key };
  const verifying = { ...pair, client_auth_type: "VerifyClientCertIfGiven", client_ca: server.cert };
  return {
    ...Object.fromEntries(versionNames.map((name) => [name, { ...pair, min_version: name }])),
    verifying_11: { ...verifying, min_version: "VersionTLS11" },
    verifying_13: { ...verifying, min_version: "TLS13" },
    unset: pair,
    one_suite: { ...pair, cipher_suites: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" },
    two_suites: {
      ...verifying,
      cipher_suites: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    },
  };
};

async function spokenBy(label: string): Promise<(string | undefined)[]> {
  const handshakes = clientVersions.map((version) => agreed(bed.address(label), { version }));
  return (await Promise.all(handshakes)).map((text) => text.split(" ")[0]);
}

let bed: TlsBed;

/** Registers the tests of which versions and ciphers are spoken. */
export function registerVersionTests(shared: () => TlsBed): void {
  beforeAll(() => {
    bed = shared();
  });

  describe("min_version", () => {
    test.each(Object.entries(spokenFrom))(
      "%s, with and without Version before it",
      async (name, versions) => {
        const spoken = await Promise.all([spokenBy(name), spokenBy(`Version${name}`)]);
        expect(spoken).toEqual([[...versions], [...versions]]);
      },
    );

    test("holds where a client's certificate is verified if it is given", async () => {
      expect(await spokenBy("verifying_11")).toEqual([...spokenFrom.TLS11]);
      expect(await spokenBy("verifying_13")).toEqual([...spokenFrom.TLS13]);
    });

    test("is TLS 1.2 where it is not given, so that a client of TLS 1.1 is refused", async () => {
      expect(await spokenBy("unset")).toEqual([...spokenFrom.TLS12]);
    });
  });

  describe("cipher_suites", () => {
    async function agreedWith(label: string, ciphers: readonly string[]): Promise<string[]> {
      const handshakes = ciphers.map((cipher) =>
        agreed(bed.address(label), { version: "tls1_2", ciphers: cipher }),
      );
      return await Promise.all(handshakes);
    }

    const ciphers = [
      "ECDHE-ECDSA-AES256-GCM-SHA384",
      "ECDHE-ECDSA-AES128-GCM-SHA256",
      "ECDHE-ECDSA-CHACHA20-POLY1305",
    ];

    test("those that are named are spoken alone", async () => {
      expect(await agreedWith("one_suite", ciphers)).toEqual([`TLSv1.2 ${ciphers[0]}`, "refused", "refused"]);
    });

    test("several, where a client's certificate is verified if it is given", async () => {
      const [, second, third] = ciphers;
      expect(await agreedWith("two_suites", ciphers)).toEqual([
        "refused",
        `TLSv1.2 ${second}`,
        `TLSv1.2 ${third}`,
      ]);
    });

    test("those of TLS 1.3 stay", async () => {
      expect(await agreed(bed.address("one_suite"), { version: "tls1_3" })).toStartWith("TLSv1.3 TLS_");
    });
  });
}
