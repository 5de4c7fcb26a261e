import { describe, expect, test } from "bun:test";
import type { ReceiverCertificates } from "../receiver_tls/receiver_certificates.ts";
import { type ClientOptions, SenderConnection } from "../receiver_tls/sender_connection.ts";
import { type ConnectionBed, type HttpBlocks, ingestRequest } from "./connection_bed.ts";
import { Http2Connection } from "./http2_connection.ts";

/** How long the slow destination takes: longer than server_read_timeout and a look at the connections after it. */
export const waitSeconds = 2;

/** The receivers that these tests need, of every kind of listener, before a quick destination and a slow one. */
export function lastingBlocks(certificates: ReceiverCertificates, speed: "quick" | "slow"): HttpBlocks {
  const pair = { cert_pem: certificates.server.cert, key_pem: certificates.server.key };
  const client_ca = certificates.authority.cert;
  const verifying = { ...pair, client_auth_type: "VerifyClientCertIfGiven", client_ca };
  const times = { server_read_timeout: "1s" };
  return {
    [`${speed}_plain`]: times,
    [`${speed}_ipv6`]: { ...times, listen_address: "::1" },
    [`${speed}_all`]: { ...times, listen_address: "" },
    [`${speed}_tls`]: { ...times, tls: pair },
    [`${speed}_verifying`]: { ...times, tls: verifying },
  };
}

/** A connection that a sender keeps, by whatever protocol. */
interface KeptConnection extends Disposable {
  ingest(): Promise<number | undefined>;
}

async function overHttp1(address: string, options?: ClientOptions): Promise<KeptConnection> {
  const connection = await SenderConnection.open(address, options);
  return {
    ingest: async () => (await connection.request(ingestRequest))?.status,
    [Symbol.dispose]: () => connection[Symbol.dispose](),
  };
}

function portOf(address: string): string {
  return address.split(":").at(-1) ?? "";
}

/** What opens a connection: told where a kind of listener is, and what the server's authority is. */
type Opener = (at: (kind: string) => string, ca: string) => Promise<KeptConnection>;

const openers: readonly (readonly [how: string, open: Opener])[] = [
  ["over IPv4", (at) => overHttp1(at("plain"))],
  ["over IPv6", (at) => overHttp1(at("ipv6"))],
  ["over IPv4 at a listener for all addresses", (at) => overHttp1(`127.0.0.1:${portOf(at("all"))}`)],
  ["over IPv6 at a listener for all addresses", (at) => overHttp1(`[::1]:${portOf(at("all"))}`)],
  ["over TLS", (at, ca) => overHttp1(at("tls"), { ca })],
  ["over TLS with a check of the client's certificate", (at, ca) => overHttp1(at("verifying"), { ca })],
  ["over HTTP/2 in clear text", (at) => Http2Connection.open(`http://${at("plain")}`)],
  ["over HTTP/2 and TLS", (at, ca) => Http2Connection.open(`https://${at("tls")}`, ca)],
];

/** Registers the tests of connections that must last. */
export function registerLastingTests(
  bed: () => ConnectionBed,
  certificates: () => ReceiverCertificates,
): void {
  const opened = (open: Opener, speed: "quick" | "slow") =>
    open((kind) => bed().address(`${speed}_${kind}`), certificates().authority.cert);

  describe("server_read_timeout does not cut", () => {
    test.concurrent.each(openers)("a request that waits downstream for longer %s", async (_, open) => {
      using connection = await opened(open, "slow");
      expect(await connection.ingest()).toBe(200);
    });

    test.concurrent.each(openers)("a kept-alive connection that is idle for longer %s", async (_, open) => {
      using connection = await opened(open, "quick");
      expect(await connection.ingest()).toBe(200);
      // Idleness can't be hurried: the server's clock is another process's.
      await Bun.sleep(waitSeconds * 1000);
      expect(await connection.ingest()).toBe(200);
    });

    test.concurrent.each(openers)("a connection whose requests follow one another %s", async (_, open) => {
      using connection = await opened(open, "quick");
      const endsAt = performance.now() + waitSeconds * 1000;
      const statuses = new Set<number | undefined>();
      while (performance.now() < endsAt) {
        statuses.add(await connection.ingest());
        await Bun.sleep(1);
      }
      expect(statuses).toEqual(new Set([200]));
    });
  });
}
