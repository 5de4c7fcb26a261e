import { beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "../base/eventually.ts";
import { SenderConnection } from "../receiver_tls/sender_connection.ts";
import { withinMs } from "../wire/bounded.ts";
import { RawConnection } from "../wire/raw_request.ts";
import { type ConnectionBed, type HttpBlocks, ingestRequest } from "./connection_bed.ts";
import { SlowSender } from "./slow_sender.ts";

/** What must happen within a second, on a machine that does other things too. */
const soonMs = 3000;
const limit = 6;
const ageMs = 2000;
const retryAfter = { "Retry-After": "1", Connection: "close" };

/** The receivers that these tests need before a destination that answers at once. */
export const limitBlocks: HttpBlocks = {
  counted: { conn_limit: 123 },
  unlimited: { conn_limit: 0 },
  limited: { conn_limit: limit },
  crowded: { conn_limit: limit },
  aged: { max_connection_age: `${ageMs}ms` },
  ageless: { max_connection_age: "0s" },
};

/** And the one before a destination that never answers, which is called `hanging`. */
export const hangingBlocks: HttpBlocks = { busy: { conn_limit: limit } };

let bed: ConnectionBed;

/** Connections that have had an answer each, one after the other. */
async function openUsed(address: string, count: number): Promise<SenderConnection[]> {
  const connections: SenderConnection[] = [];
  for (let index = 0; index < count; index += 1) {
    const connection = await SenderConnection.open(address);
    connections.push(connection);
    expect((await connection.request(ingestRequest))?.status).toBe(200);
  }
  return connections;
}

function close(connections: readonly Disposable[]): void {
  for (const connection of connections) connection[Symbol.dispose]();
}

async function untilCounted(label: string, count: number): Promise<void> {
  await eventually(
    `${count} connections in the metrics`,
    async () => (await bed.connections(label)) === count,
    soonMs,
  );
}

async function untilAtMost(label: string, count: number): Promise<void> {
  const isFew = async () => (await bed.connections(label)) <= count;
  await eventually("all to be counted", async () => !(await isFew()), soonMs);
  await eventually(`at most ${count} connections`, isFew, soonMs + 1000);
}

/** Registers the tests of how many connections there may be, and how old. */
export function registerLimitTests(shared: () => ConnectionBed): void {
  beforeAll(() => {
    bed = shared();
  });

  describe("the number of connections", () => {
    test.concurrent("is known exactly as they come and go", async () => {
      const address = bed.address("counted");
      await untilCounted("counted", 0);
      const some = await openUsed(address, 20);
      await untilCounted("counted", 20);
      close(some.splice(0, 7));
      await untilCounted("counted", 13);
      const more = await openUsed(address, 4);
      await untilCounted("counted", 17);
      close([...some, ...more]);
      await untilCounted("counted", 0);
    });

    test.concurrent.each([
      ["counted", 123],
      ["unlimited", 0],
    ])("has a limit that is known too: %s", async (label, expected) => {
      const name = "pyroscope_receive_http_tcp_connections_limit";
      expect(await bed.number(label, name, { protocol: "http" })).toBe(expected);
    });
  });

  describe("conn_limit", () => {
    test.concurrent("closes the longest idle connections first, and none below it", async () => {
      const idle = await openUsed(bed.address("limited"), limit);
      // Two looks at the connections: were the limit one too low, the first would be gone by now.
      await Bun.sleep(600);
      expect(idle.map(({ isClosed }) => isClosed)).toEqual(idle.map(() => false));
      const more = await openUsed(bed.address("limited"), 2);
      await eventually(
        "the end of two idle connections",
        () => idle.filter(({ isClosed }) => isClosed).length === 2,
        soonMs,
      );
      await untilCounted("limited", limit);
      const isClosed = [...idle, ...more].map((connection) => connection.isClosed);
      expect(isClosed).toEqual([true, true, false, false, false, false, false, false]);
      close([...idle, ...more]);
    });

    test.concurrent("keeps busy connections and answers further requests 503 at once", async () => {
      const address = bed.address("busy");
      const busy = await Promise.all(Array.from({ length: limit }, () => RawConnection.open(address)));
      const answers = busy.map((connection) =>
        connection.request(ingestRequest).then(({ status }) => status),
      );
      const settled = Promise.race(answers).catch(() => "closed");
      const sink = bed.sink("hanging");
      await sink.recording.request(limit);
      for (let round = 0; round < 3; round += 1) {
        using further = await RawConnection.open(address);
        const answer = await further.request(ingestRequest, soonMs);
        const headers = Object.fromEntries(
          Object.keys(retryAfter).map((name) => [name, answer.header(name.toLowerCase())]),
        );
        expect([answer.status, headers]).toEqual([503, retryAfter]);
        await withinMs(soonMs, "the end of the refused connection", further.closed);
      }
      // Two looks at the connections later the busy ones are there still.
      expect(await Promise.race([settled, Bun.sleep(600).then(() => "waiting")])).toBe("waiting");
      expect(sink.recording.requests).toHaveLength(limit);
      close(busy);
      await settled;
    });

    test.concurrent("does not let those stay who only begin a request", async () => {
      const address = bed.address("crowded");
      const senders = await Promise.all(Array.from({ length: 3 * limit }, () => SlowSender.open(address)));
      for (const sender of senders) sender.trickle("POST /ingest?name=app HTTP/1.1\r\n", "X-More: 1\r\n");
      await untilAtMost("crowded", limit);
      using honest = await RawConnection.open(address);
      expect((await honest.request(ingestRequest)).status).toBe(200);
      close(senders);
    });
  });

  describe("max_connection_age", () => {
    /** After how many milliseconds an answer said that it is the connection's last. */
    async function lastAnswerMs(): Promise<number> {
      using connection = await SenderConnection.open(bed.address("aged"));
      const startedAt = performance.now();
      for (;;) {
        const answer = await connection.request(ingestRequest);
        const ms = performance.now() - startedAt;
        if (answer?.connection === "close") {
          await withinMs(soonMs, "the end of the connection", connection.closed);
          return ms;
        }
        if (ms > 20 * ageMs) throw new Error("the connection never ended");
        await Bun.sleep(20);
      }
    }

    test.concurrent("ends connections at about that age, each at its own time", async () => {
      const ages = (await Promise.all(Array.from({ length: 20 }, lastAnswerMs))).toSorted((a, b) => a - b);
      const [first = 0] = ages;
      const last = ages.at(-1) ?? 0;
      expect(first).toBeGreaterThan(ageMs * 0.9 - 10);
      // A look is taken four times a second.
      expect(last).toBeLessThan(ageMs * 1.1 + 3 * 250);
      expect(last - first).toBeGreaterThan(50);
    });

    test.concurrent("of 0 ends none", async () => {
      const [connection] = await openUsed(bed.address("ageless"), 1);
      await Bun.sleep(ageMs * 1.25);
      expect(await connection?.request(ingestRequest)).toEqual({ status: 200, connection: undefined });
      connection?.[Symbol.dispose]();
    });
  });
}
