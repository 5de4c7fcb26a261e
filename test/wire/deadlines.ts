import { describe, expect, test } from "bun:test";
import { withinMs } from "./bounded.ts";
import { encodePush, entriesOf, pushPath, shortHash } from "./push_message.ts";
import { PyroductProcess } from "./pyroduct_process.ts";
import { encodeRequest, RawConnection, type RawRequest, sendRaw } from "./raw_request.ts";
import { ReceiverBed, receiverConfig } from "./receiver_bed.ts";
import { RecordingSink } from "./recording_sink.ts";

/** Durations of the chain from sender to destination. */
export interface DeadlineScale {
  /** As in an endpoint's arguments. */
  readonly remoteTimeout: string;
  /** When the sender gives up, whether it says so or not; in milliseconds. */
  readonly senderMs: number;
  /** How long a slow destination takes for each profile, in seconds: more than half of `senderMs`. */
  readonly backendSeconds: number;
}

const profile = Buffer.from("a profile");
const labels = { __name__: "process_cpu", service_name: "svc" };
const ingest: RawRequest = { method: "POST", target: "/ingest?name=svc", body: profile };

/** Registers the tests of the timeout chain at these durations, and of deadlines otherwise. */
export function registerDeadlineTests(scale: DeadlineScale): void {
  const endpoint = { remote_timeout: scale.remoteTimeout };

  describe(`the timeout chain, ${scale.senderMs} ms`, () => {
    test("a Push arrives although the first connection hangs and both ends have the same deadline", async () => {
      await using bed = await ReceiverBed.start({ sink: { hangingConnections: 1 }, endpoint });
      const answer = await sendRaw(bed.address, push(scale.senderMs), scale.senderMs);
      expect(answer.status).toBe(200);
      const requests = bed.sink.recording.requests.filter(({ connection }) => connection > 0);
      expect(requests.flatMap(entriesOf).map(({ hash }) => hash)).toEqual([shortHash(profile)]);
    });

    test("a Push arrives although the destination always takes more than half of the time", async () => {
      await using bed = await ReceiverBed.start({
        sink: { otherwise: { delay_seconds: scale.backendSeconds } },
        endpoint,
      });
      const answer = await sendRaw(bed.address, push(scale.senderMs), scale.senderMs);
      expect(answer.status).toBe(200);
      const hashes = bed.sink.recording.requests.flatMap(entriesOf).map(({ hash }) => hash);
      expect(new Set(hashes)).toEqual(new Set([shortHash(profile)]));
    });

    test("/ingest arrives from a sender that states no deadline although the first connection hangs", async () => {
      await using bed = await ReceiverBed.start({ sink: { hangingConnections: 1 }, endpoint });
      const answer = await sendRaw(bed.address, ingest, scale.senderMs);
      expect(answer.status).toBe(200);
      const requests = bed.sink.recording.requests.filter(({ connection }) => connection > 0);
      expect(requests.map(({ body }) => shortHash(body))).toEqual([shortHash(profile)]);
    });
  });
}

/** Registers the tests of deadlines whose durations are their own. */
export function registerRetryTests(): void {
  const quickly = { min_backoff_period: "10ms", max_backoff_period: "20ms" };

  describe("deadlines and retries", () => {
    test("Retry-After puts the next attempt off", async () => {
      await using bed = await ReceiverBed.start({
        sink: { answers: [{ status: 503, headers: [["Retry-After", "1"]] }] },
        endpoint: quickly,
      });
      const answer = await sendRaw(bed.address, ingest);
      expect(answer.status).toBe(200);
      const [first, second, ...more] = bed.sink.recording.requests;
      expect(more).toEqual([]);
      expect(Number(second?.receivedAtMs) - Number(first?.receivedAtMs)).toBeGreaterThan(950);
    });

    test("a sender that stated a deadline and goes away takes its request downstream along", async () => {
      await using bed = await ReceiverBed.start({ sink: { otherwise: { instead: "hang" } } });
      const sender = await RawConnection.open(bed.address);
      await sender.send(encodeRequest(push(20_000), bed.address));
      const { cancelled } = await bed.sink.recording.request(1);
      sender[Symbol.dispose]();
      await withinMs(3_000, "cancelling the request downstream", cancelled);
      expect(bed.sink.recording.requests).toHaveLength(1);
    });

    test("no attempt begins after a sender that stated no deadline has gone away", async () => {
      const late = { delay_seconds: 0.3 };
      await using bed = await ReceiverBed.start({
        sink: { answers: [{ status: 503, ...late }], otherwise: late },
        endpoint: quickly,
      });
      const sender = await RawConnection.open(bed.address);
      await sender.send(encodeRequest(ingest, bed.address));
      await bed.sink.recording.request(1);
      sender[Symbol.dispose]();
      // By the time that the second of these is answered, another attempt for the first sender would have come.
      const other = { ...ingest, target: "/ingest?name=other" };
      const statuses = [await sendRaw(bed.address, other), await sendRaw(bed.address, other)];
      expect(statuses.map(({ status }) => status)).toEqual([200, 200]);
      const names = bed.sink.recording.requests.map(({ query }) => new URLSearchParams(query).get("name"));
      expect(names.filter((name) => name === "svc{service_name=svc}")).toHaveLength(1);
    });

    test("a failed Push names each endpoint with its attempts and the reason", async () => {
      const refusal = { status: 503, body: '{"code":"unavailable","message":"the store is full"}' };
      await using a = await RecordingSink.start({ otherwise: refusal });
      await using b = await RecordingSink.start({ otherwise: { status: 403, body: "not yours" } });
      const endpoints = [a.url, b.url].map((url) => ({ url, ...quickly, max_backoff_retries: 3 }));
      await using pyroduct = await PyroductProcess.start(receiverConfig(endpoints));
      const answer = await sendRaw(pyroduct.receiver, push(5_000));
      const { code, message } = JSON.parse(answer.text) as { code: string; message: string };
      expect({ status: answer.status, code }).toEqual({ status: 503, code: "unavailable" });
      expect(a.recording.requests).toHaveLength(3);
      expect(b.recording.requests).toHaveLength(1);
      for (const part of [a.url, "3 attempts", "the store is full", b.url, "1 attempt", "403", "not yours"]) {
        expect(message).toContain(part);
      }
    });
  });
}

function push(timeoutMs: number): RawRequest {
  return {
    method: "POST",
    target: pushPath,
    headers: [
      ["Content-Type", "application/proto"],
      ["Connect-Protocol-Version", "1"],
      ["Connect-Timeout-Ms", String(timeoutMs)],
    ],
    body: encodePush(labels, profile),
  };
}
