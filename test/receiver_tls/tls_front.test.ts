import { afterAll, describe, expect, test } from "bun:test";
import type { ServerFacts } from "../../src/http/listener.ts";
import { ListenerPool } from "../../src/http/listener.ts";
import { serverTls } from "../../src/http/server_tls.ts";
import { TlsFront } from "../../src/http/tls_front.ts";
import { ReceiverCertificates } from "./receiver_certificates.ts";

const host = "127.0.0.1";
const certificates = new ReceiverCertificates();

afterAll(() => certificates[Symbol.dispose]());

const tls = serverTls({
  cert: certificates.server.cert,
  key: certificates.server.key,
  clientCa: certificates.authority.cert,
  clientAuthType: "VerifyClientCertIfGiven",
  minVersion: "TLS12",
  cipherSuites: [],
});

describe("where Bun's server is not the one that ends TLS", () => {
  test("who comes to that server another way is refused", async () => {
    const inner = Bun.serve({
      hostname: host,
      port: 0,
      fetch: (request, server) => front.guard(request, server, () => new Response("served")),
    });
    const innerAddress = { host, port: inner.port ?? 0 };
    const front = new TlsFront({ address: { host, port: 0 }, tls, http2: true, inner: innerAddress });
    try {
      const over = await fetch(`https://${host}:${front.port}/`, { tls: certificates.client("none") });
      expect([over.status, await over.text()]).toEqual([200, "served"]);
      const beside = await fetch(`http://${host}:${innerAddress.port}/`);
      expect([beside.status, await beside.text()]).toEqual([403, ""]);
    } finally {
      front.close();
      front.end();
      await inner.stop(true);
    }
  });

  test("a sender is known by its address and port, and a large answer arrives whole", async () => {
    const listener = new ListenerPool().claim({ host, port: 0 }, { idleSeconds: 60, tls });
    const large = "x".repeat(5_000_000);
    const senders: (ReturnType<ServerFacts["requestIP"]> | undefined)[] = [];
    listener.use((request, server) => {
      senders.push(server.requestIP(request));
      return new Response(large, { headers: { Connection: "close" } });
    });
    const response = await fetch(`https://${listener.address}/`, { tls: certificates.client("valid") });
    expect((await response.text()).length).toBe(large.length);
    expect(senders).toEqual([{ address: host, family: "IPv4", port: expect.any(Number) }]);
    await listener.release(0);
  });
});
