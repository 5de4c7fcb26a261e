import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ManySenders } from "./many_senders.ts";
import { ingestPayload } from "./payload.ts";
import { wholeAnswer } from "./sender.ts";

const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

describe("an answer", () => {
  test.each([
    [answer, 200],
    ["HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n", 503],
    ["HTTP/1.1 204 No Content\r\n\r\n", 204],
  ])("%p has status %p", (text, status) => {
    expect(wholeAnswer(text)).toBe(status);
  });

  test("is not whole until its last byte", () => {
    fc.assert(
      fc.property(fc.nat({ max: answer.length - 1 }), (length) => {
        expect(wholeAnswer(answer.slice(0, length))).toBeUndefined();
      }),
    );
  });
});

describe("many senders", () => {
  const payload = ingestPayload(1000);

  test("send whole requests on connections that stay", async () => {
    const bodies: number[] = [];
    const ports = new Set<number | undefined>();
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      async fetch(request, self) {
        bodies.push((await request.arrayBuffer()).byteLength);
        ports.add(self.requestIP(request)?.port);
        return new Response(null, { status: 200 });
      },
    });
    using senders = new ManySenders(server.url.origin, payload);
    await senders.open(20);
    expect(await senders.sendSteadily(400, 0.1)).toHaveLength(40);
    expect(senders).toMatchObject({ answered: 60, failed: 0 });
    expect(bodies).toEqual(Array.from({ length: 60 }, () => 1000));
    expect(ports.size).toBe(20);
  });

  test("count what is no success", async () => {
    await using server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => new Response(null, { status: 503 }),
    });
    using senders = new ManySenders(server.url.origin, payload);
    await senders.open(3);
    expect(senders).toMatchObject({ answered: 0, failed: 3 });
  });
});
