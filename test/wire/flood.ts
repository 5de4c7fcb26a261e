import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { encodeRequest, RawConnection, type RawRequest, type RawResponse, sendRaw } from "./raw_request.ts";
import { ReceiverBed } from "./receiver_bed.ts";

const senders = 2_000;
const bodyBytes = 100_000;
const maxInFlight = "32MiB";
const maxResidentBytes = 256 * 1024 * 1024;
const timeoutMs = 60_000;
const request: RawRequest = { method: "POST", target: "/ingest?name=a", body: Buffer.alloc(bodyBytes, "x") };

/** Registers the test that far more profiles at once than there is room for are refused, not held. */
export function registerFloodTest(): void {
  describe("a flood", () => {
    test(`${senders} senders before a destination that hangs`, async () => {
      await using bed = await ReceiverBed.start({
        http: { max_in_flight_bytes: maxInFlight },
        endpoint: { remote_timeout: "1s", max_backoff_retries: 1 },
        sink: { otherwise: { instead: "hang" } },
      });
      const answers = await sendAtOnce(bed.address);
      expect(answers).toHaveLength(senders);

      const refused = answers.filter(({ status }) => status === 503);
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.filter((answer) => !/^[1-9]\d*$/.test(answer.header("retry-after") ?? ""))).toEqual([]);
      // Those that it had room for were held until the destination's time was up.
      const held = answers.filter(({ status }) => status !== 503);
      expect(new Set(held.map(({ status }) => status))).toEqual(new Set([504]));

      bed.sink.script({});
      expect((await sendRaw(bed.address, request)).status).toBe(200);
      expect(await peakResidentBytes(bed.pyroduct.pid)).toBeLessThan(maxResidentBytes);
    });
  });
}

async function sendAtOnce(address: string): Promise<RawResponse[]> {
  const bytes = encodeRequest(request, address);
  const connections = await Promise.all(Array.from({ length: senders }, () => RawConnection.open(address)));
  try {
    return await Promise.all(
      connections.map(async (connection) => {
        await connection.send(bytes);
        return await connection.response(timeoutMs);
      }),
    );
  } finally {
    for (const connection of connections) connection[Symbol.dispose]();
  }
}

/** Linux's own record of the most memory that the process has had. */
async function peakResidentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
