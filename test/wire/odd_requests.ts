import { describe, expect, test } from "bun:test";
import { besideBystander, goodRequest } from "./bystander.ts";
import { pushPath } from "./push_message.ts";
import { RawConnection, sendRaw } from "./raw_request.ts";
import { useReceiverBed } from "./receiver_bed.ts";

const readTimeout = "500ms";
/** By when a sender that is slower than `readTimeout` must be cut off. */
const cutOffMs = 5_000;

const unknownPaths = [
  "/",
  "/ingest/",
  "/ingestion",
  "/nope",
  "/push.v1.PusherService",
  `${pushPath}/`,
  "/push.v1.PusherService/Pull",
  "/debuginfo.v1alpha1.DebuginfoService/Nope",
  "/%69ngest%00",
];

const knownPaths = ["/ingest", "/ingest?name=a", pushPath];
const otherMethods = ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"];

/** Heads of a good request that are written in an unusual way; each stands for a body of two bytes. */
const unusualHeads: readonly (readonly [what: string, head: string])[] = [
  ["names in any case", "POST /ingest?name=a HTTP/1.1\r\nhOSt: a\r\ncONTENT-lENGTH: 2\r\ncontent-TYPE: x/y"],
  ["no space after the colon", "POST /ingest?name=a HTTP/1.1\r\nHost:a\r\nContent-Length:2"],
  [
    "a target with scheme and host",
    "POST http://elsewhere.example/ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: 2",
  ],
  [
    "a host that is not ours",
    "POST /ingest?name=a HTTP/1.1\r\nHost: elsewhere.example:1\r\nContent-Length: 2",
  ],
  ["doubled slashes", "POST ///ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: 2"],
  [
    "a long header",
    `POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nX-Long: ${"l".repeat(7_000)}`,
  ],
];

/** Heads that are wrong in some way, where it is up to the server whether it minds. */
const dubiousHeads: readonly (readonly [what: string, head: string])[] = [
  ["no host", "POST /ingest?name=a HTTP/1.1\r\nContent-Length: 2"],
  ["an empty host", "POST /ingest?name=a HTTP/1.1\r\nHost:\r\nContent-Length: 2"],
  ["two hosts", "POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 2"],
  ["a host with a space", "POST /ingest?name=a HTTP/1.1\r\nHost: a b\r\nContent-Length: 2"],
  ["a host that is half an IPv6 address", "POST /ingest?name=a HTTP/1.1\r\nHost: [::1\r\nContent-Length: 2"],
  ["a host with a percent sign", "POST /ingest?name=a HTTP/1.1\r\nHost: %zz\r\nContent-Length: 2"],
  [
    "a host with a slash and a question mark",
    "POST /ingest?name=a HTTP/1.1\r\nHost: a/?b\r\nContent-Length: 2",
  ],
  ["a port that is no number", "POST /ingest?name=a HTTP/1.1\r\nHost: a:port\r\nContent-Length: 2"],
  ["a port that is none", "POST /ingest?name=a HTTP/1.1\r\nHost: a:99999\r\nContent-Length: 2"],
  ["HTTP/1.0", "POST /ingest?name=a HTTP/1.0\r\nContent-Length: 2"],
  [
    "a header too long for most",
    `POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nX: ${"l".repeat(70_000)}`,
  ],
  ["umlauts in a header", "POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nX-Name: Zürich"],
  ["umlauts in the target", "POST /ingest?name=a{city=Zürich} HTTP/1.1\r\nHost: a\r\nContent-Length: 2"],
  ["a fragment in the target", "POST /ingest?name=a#b HTTP/1.1\r\nHost: a\r\nContent-Length: 2"],
];

/** What is no HTTP, or means two things at once. */
const brokenHeads: readonly (readonly [what: string, head: string])[] = [
  ["no HTTP at all", "this is not HTTP"],
  ["a negative length", "POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: -2"],
  ["a length that is no number", "POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: two"],
  ["two lengths", "POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3"],
  [
    "a length and chunks",
    "POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked",
  ],
];

/** Registers the tests of requests that are unusual, wrong, or too slow. */
export function registerOddRequestTests(): void {
  describe("odd requests", () => {
    const bed = useReceiverBed({ http: { server_read_timeout: readTimeout } });

    test.each(unknownPaths)("%s: 404", async (target) => {
      const { address } = bed();
      await besideBystander(address, async () => {
        const answer = await sendRaw(address, { method: "POST", target });
        expect({ status: answer.status, text: answer.text }).toEqual({
          status: 404,
          text: "404 page not found\n",
        });
      });
    });

    test.each(knownPaths)("%s with another method: 405", async (target) => {
      const { address } = bed();
      await besideBystander(address, async () => {
        for (const method of otherMethods) {
          const answer = await sendRaw(address, { method, target });
          expect({
            method,
            status: answer.status,
            allow: answer.header("allow"),
            text: answer.text,
          }).toEqual({
            method,
            status: 405,
            allow: "POST",
            text: "",
          });
        }
      });
    });

    test.each(unusualHeads)("%s: 200", async (_what, head) => {
      const { address } = bed();
      await besideBystander(address, async () => {
        expect(await statusOf(address, `${head}\r\n\r\nok`)).toBe(200);
      });
    });

    test.each(dubiousHeads)("%s: 200 or refused", async (_what, head) => {
      const { address } = bed();
      await besideBystander(address, async () => {
        expect([200, 400, 431, 505, "closed"]).toContain(await statusOf(address, `${head}\r\n\r\nok`));
      });
    });

    test.each(brokenHeads)("%s: refused", async (_what, head) => {
      const { address } = bed();
      await besideBystander(address, async () => {
        expect([400, "closed"]).toContain(await statusOf(address, `${head}\r\n\r\nok`));
      });
    });

    test.each([
      ["in its body", "POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nonly this"],
      [
        "in a long body",
        "POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\nonly this",
      ],
      [
        "in a chunk",
        "POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nonly this",
      ],
      ["in its head", "POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-"],
    ])("a sender that stops %s: 408 or cut off", async (_where, start) => {
      const { address } = bed();
      await besideBystander(address, async () => {
        expect([408, "closed"]).toContain(await statusOf(address, start, cutOffMs));
      });
    });

    test("connections that wait between requests are not taken for slow ones", async () => {
      const { address } = bed();
      using connections = new DisposableStack();
      const kept = await Promise.all(Array.from({ length: 5 }, () => RawConnection.open(address)));
      for (const connection of kept) connections.use(connection);
      for (const connection of kept) expect((await connection.request(goodRequest)).status).toBe(200);
      // Two that really are slow, one after the other, take as long as it takes to be noticed.
      for (let slow = 0; slow < 2; slow += 1) {
        expect([408, "closed"]).toContain(await statusOf(address, "POST /ingest", cutOffMs));
      }
      for (const connection of kept) expect((await connection.request(goodRequest)).status).toBe(200);
    });
  });
}

async function statusOf(address: string, bytes: string, timeoutMs?: number): Promise<number | "closed"> {
  using sender = await RawConnection.open(address);
  await sender.send(bytes);
  return (await sender.responseOrClose(timeoutMs))?.status ?? "closed";
}
