import { beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "../base/eventually.ts";
import { withinMs } from "../wire/bounded.ts";
import { RawConnection } from "../wire/raw_request.ts";
import { type ConnectionBed, type HttpBlocks, ingestRequest } from "./connection_bed.ts";
import { SlowSender } from "./slow_sender.ts";

const readTimeoutMs = 1000;
/** Within a second of the timeout, and three times that for a machine that does other things too. */
const latestMs = readTimeoutMs + 3000;

/** The receivers that these tests need; what they forward to answers at once. */
export const slowSenderBlocks: HttpBlocks = {
  slow_r: { server_read_timeout: "1s" },
  slow_all: { listen_address: "", server_read_timeout: "1s" },
};

const head = "POST /ingest?name=app HTTP/1.1\r\nHost: x\r\n";
const whole = `${head}Content-Length: 1\r\n\r\nx`;

/** Each way to be slow: what is sent at once, and what is sent over and over. */
const ways: readonly (readonly [what: string, beginning: string, piece: string, answer: RegExp])[] = [
  ["a header", head, "X-More: 1\r\n", /^$/],
  ["the request line", "P", "O", /^(?:HTTP\/1\.1 4\d\d .*)?$/s],
  ["a short body", `${head}Content-Length: 1000\r\n\r\n`, "x", /^HTTP\/1\.1 408 /],
  ["a long body", `${head}Content-Length: 1000000\r\n\r\n`, "x", /^HTTP\/1\.1 408 /],
  ["a body in chunks", `${head}Transfer-Encoding: chunked\r\n\r\n`, "1\r\nx\r\n", /^HTTP\/1\.1 408 /],
];

async function expectCut(sender: SlowSender, answer: RegExp): Promise<void> {
  const before = sender.received.length;
  const afterMs = await withinMs(latestMs + 2000, "the end of the connection", sender.cutAfterMs);
  expect(afterMs).toBeGreaterThan(readTimeoutMs * 0.9);
  expect(afterMs).toBeLessThan(latestMs);
  expect(sender.received.slice(before)).toMatch(answer);
}

let bed: ConnectionBed;

/** Registers the tests of senders that are too slow. */
export function registerSlowSenderTests(shared: () => ConnectionBed): void {
  beforeAll(() => {
    bed = shared();
  });

  describe("a sender that is slower than server_read_timeout is cut off", () => {
    test.concurrent.each(ways)("with %s on a new connection", async (_, beginning, piece, answer) => {
      using sender = await SlowSender.open(bed.address("slow_r"));
      sender.trickle(beginning, piece);
      await expectCut(sender, answer);
    });

    test.concurrent.each(ways)("with %s on a kept-alive connection", async (_, beginning, piece, answer) => {
      using sender = await SlowSender.open(bed.address("slow_r"));
      sender.send(whole);
      await eventually("the first answer", () => sender.received.startsWith("HTTP/1.1 200 "));
      sender.trickle(beginning, piece);
      await expectCut(sender, answer);
    });

    test.concurrent("that says nothing at all", async () => {
      using sender = await SlowSender.open(bed.address("slow_r"));
      sender.trickle("", "");
      await expectCut(sender, /^$/);
    });

    test.concurrent("over IPv4 at a listener for all addresses", async () => {
      const [, port] = bed.address("slow_all").split(/:(?=\d+$)/);
      using sender = await SlowSender.open(`127.0.0.1:${port}`);
      sender.trickle(head, "X-More: 1\r\n");
      await expectCut(sender, /^$/);
    });

    test.concurrent("and nobody else notices", async () => {
      const senders = await Promise.all(
        Array.from({ length: 20 }, () => SlowSender.open(bed.address("slow_r"))),
      );
      using honest = await RawConnection.open(bed.address("slow_r"));
      for (const sender of senders) sender.trickle(head, "X-More: 1\r\n");
      await honest.request(ingestRequest);
      await Promise.all(
        senders.map((sender) => withinMs(latestMs, "the end of a slow sender", sender.cutAfterMs)),
      );
      expect((await honest.request(ingestRequest)).status).toBe(200);
    });
  });
}
