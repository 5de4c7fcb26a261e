import { describe, expect, test } from "bun:test";
import { setImmediate } from "node:timers/promises";
import { withinMs } from "./bounded.ts";
import { besideBystander } from "./bystander.ts";
import type { HeaderPair } from "./http_message_reader.ts";
import { encodePush, pushPath } from "./push_message.ts";
import { encodeRequest, RawConnection, type RawRequest, type RawResponse, sendRaw } from "./raw_request.ts";
import { useReceiverBed } from "./receiver_bed.ts";

const maxBodyBytes = 64 * 1024;
const proto: HeaderPair = ["Content-Type", "application/proto"];
const gzip: HeaderPair = ["Content-Encoding", "gzip"];

/** Bodies of Push that can't be read. */
const unreadable: readonly (readonly [what: string, headers: readonly HeaderPair[], body: Uint8Array])[] = [
  ["not gzip under Content-Encoding: gzip", [proto, gzip], Buffer.from("not gzip at all")],
  ["gzip that ends too early", [proto, gzip], gzipped(64).subarray(0, 20)],
  ["not protobuf", [proto], Buffer.from("not protobuf at all")],
  ["not protobuf, gzipped", [proto, gzip], Bun.gzipSync(Buffer.from("not protobuf at all"))],
  ["not JSON", [["Content-Type", "application/json"]], Buffer.from("{")],
  ["JSON of another shape", [["Content-Type", "application/json"]], Buffer.from('{"series":5}')],
];

/** Bodies over the limit, as sent with each way of framing. */
const tooLarge = Buffer.alloc(2 * maxBodyBytes, "x");
const framings: readonly (readonly [what: string, Pick<RawRequest, "body" | "chunkSizes">])[] = [
  ["declared", { body: tooLarge }],
  ["chunked", { body: tooLarge, chunkSizes: Array.from({ length: 16 }, () => 8 * 1024) }],
];

/** Registers the tests of bodies that can't be read or are too large. */
export function registerBadBodyTests(): void {
  describe("bad bodies", () => {
    const bed = useReceiverBed({ http: { max_body_size: "64KiB" } });

    test.each(unreadable)("Push, %s: invalid_argument", async (_what, headers, body) => {
      const { address } = bed();
      await besideBystander(address, async () => {
        const answer = await sendRaw(address, { method: "POST", target: pushPath, headers, body });
        expect(describeError(answer)).toEqual({ status: 400, code: "invalid_argument", saysWhy: true });
      });
    });

    test.each(framings)("/ingest, too large, %s: 413", async (_what, framing) => {
      const { address } = bed();
      await besideBystander(address, async () => {
        using sender = await RawConnection.open(address);
        const answer = await sender.request({ method: "POST", target: "/ingest?name=a", ...framing });
        expect({ status: answer.status, connection: answer.header("connection")?.toLowerCase() }).toEqual({
          status: 413,
          connection: "close",
        });
        await withinMs(5_000, "closing the connection", sender.closed);
      });
    });

    test.each(framings)("Push, too large, %s: resource_exhausted", async (_what, framing) => {
      const { address } = bed();
      await besideBystander(address, async () => {
        const answer = await sendRaw(address, {
          method: "POST",
          target: pushPath,
          headers: [proto],
          ...framing,
        });
        expect(describeError(answer)).toEqual({ status: 429, code: "resource_exhausted", saysWhy: true });
      });
    });

    test("Push, too large once it is unpacked: resource_exhausted", async () => {
      const { address } = bed();
      await besideBystander(address, async () => {
        const body = gzipped(32 * 1024 * 1024);
        expect(body.length).toBeLessThan(maxBodyBytes);
        const answer = await sendRaw(address, {
          method: "POST",
          target: pushPath,
          headers: [proto, gzip],
          body,
        });
        expect(describeError(answer)).toEqual({ status: 429, code: "resource_exhausted", saysWhy: true });
      });
    });

    test("/ingest, far too large, declared: answered before the body comes", async () => {
      const { address } = bed();
      await besideBystander(address, async () => {
        using sender = await RawConnection.open(address);
        await sender.send(`POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nContent-Length: ${2 ** 40}\r\n\r\n`);
        const answer = await sender.response();
        expect(answer.status).toBe(413);
      });
    });

    test("/ingest, a body without an end: cut off", async () => {
      const { address } = bed();
      await besideBystander(address, async () => {
        using sender = await RawConnection.open(address);
        await sender.send("POST /ingest?name=a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
        // More than pyroduct may read and the system's buffers on both sides hold together.
        const maxBytes = 32 * 1024 * 1024;
        const sentBytes = await withinMs(10_000, "cutting the sender off", sendUntilClosed(sender, maxBytes));
        expect(sentBytes).toBeLessThan(maxBytes);
      });
    });

    test("a body at the limit is taken", async () => {
      const { address } = bed();
      const body = Buffer.alloc(maxBodyBytes, "x");
      expect((await sendRaw(address, { method: "POST", target: "/ingest?name=a", body })).status).toBe(200);
    });

    test("a sender that leaves in the middle of its body", async () => {
      const { address } = bed();
      await besideBystander(address, async () => {
        const request = {
          method: "POST",
          target: pushPath,
          headers: [proto],
          body: encodePush({}, tooLarge),
        };
        using sender = await RawConnection.open(address);
        await sender.send(encodeRequest(request, address).subarray(0, 1_000));
      });
    });
  });
}

/** Sends chunk after chunk until the connection is gone, but at most `maxBytes`; says how many bytes it sent. */
async function sendUntilClosed(sender: RawConnection, maxBytes: number): Promise<number> {
  let isClosed = false;
  sender.closed.then(() => {
    isClosed = true;
  });
  const size = 64 * 1024;
  const chunk = Buffer.concat([
    Buffer.from(`${size.toString(16)}\r\n`),
    Buffer.alloc(size),
    Buffer.from("\r\n"),
  ]);
  let sentBytes = 0;
  while (!isClosed && sentBytes < maxBytes) {
    await sender.send(chunk);
    sentBytes += chunk.length;
    // Writing to a connection that is gone fails at once, and that it is gone is only heard in the next turn.
    await setImmediate();
  }
  return sentBytes;
}

function gzipped(zeros: number): Uint8Array {
  return Bun.gzipSync(Buffer.alloc(zeros));
}

function describeError(answer: RawResponse): object {
  const { code, message } = JSON.parse(answer.text) as { code?: unknown; message?: unknown };
  return { status: answer.status, code, saysWhy: typeof message === "string" && message !== "" };
}
