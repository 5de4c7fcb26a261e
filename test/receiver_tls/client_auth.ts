import { beforeAll, describe, expect, test } from "bun:test";
import { clientAuthTypes } from "../../src/http/server_tls.ts";
import type { ClientKind, ReceiverCertificates } from "./receiver_certificates.ts";
import { answerOver } from "./sender_connection.ts";
import { ingestRequest, type TlsBed, type TlsBlocks } from "./tls_bed.ts";

const kinds: readonly ClientKind[] = ["none", "valid", "of another authority", "expired"];
const verifying = ["VerifyClientCertIfGiven", "RequireAndVerifyClientCert"];

/** The receivers that these tests need. */
export const clientAuthBlocks = ({ server, authority }: ReceiverCertificates): TlsBlocks =>
  Object.fromEntries(
    clientAuthTypes.map((type) => [
      type,
      {
        cert_pem: server.cert,
        key_pem: server.key,
        client_auth_type: type,
        ...(verifying.includes(type) ? { client_ca: authority.cert } : {}),
      },
    ]),
  );

/** How each kind of client fares, in the order of `kinds`; the meaning of the types is that of Go's crypto/tls. */
const expected = {
  NoClientCert: [200, 200, 200, 200],
  RequestClientCert: [200, 200, 200, 200],
  RequireAnyClientCert: ["refused", 200, 200, 200],
  RequireClientCert: ["refused", 200, 200, 200],
  VerifyClientCertIfGiven: [200, 200, "refused", "refused"],
  RequireAndVerifyClientCert: ["refused", 200, "refused", "refused"],
} as const;

let bed: TlsBed;

/** Registers the tests of who may come in by which certificate. */
export function registerClientAuthTests(shared: () => TlsBed): void {
  beforeAll(() => {
    bed = shared();
  });

  describe("the certificate of a client", () => {
    test.each(Object.entries(expected))("with client_auth_type %s", async (type, fates) => {
      const answers = await Promise.all(
        kinds.map((kind) => answerOver(bed.address(type), bed.certificates.client(kind), ingestRequest)),
      );
      expect(answers).toEqual([...fates]);
    });
  });
}
