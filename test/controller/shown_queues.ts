import type { DeadLetterBody, DeadLetterInfo, QueueInfo } from "../../src/component/queues.ts";
import { fakeEpochMs } from "../base/fake_clock.ts";

/** A queue as a shard shows it. */
export function queueInfo(endpoint: string, more: Partial<QueueInfo> = {}): QueueInfo {
  const component_id = more.component_id ?? "pyroscope.write.w";
  return {
    id: `${component_id}:${endpoint}`,
    component_id,
    endpoint,
    type: "disk",
    has_endpoint: true,
    profiles: 2,
    bytes: 2048,
    oldest_at: fakeEpochMs,
    dead_letters: 0,
    dead_letter_bytes: 0,
    drain_rate: 2_000_000,
    paused: null,
    ...more,
  };
}

/** A dead letter with a body. */
export function deadLetter(id: string, queue: string, more: Partial<DeadLetterInfo> = {}): DeadLetterBody {
  const letter: DeadLetterInfo = {
    id,
    queue,
    accepted_at: fakeEpochMs,
    refused_at: fakeEpochMs + 1000,
    reason: "HTTP 422: no pprof",
    kind: "ingest",
    path: "/ingest?name=app",
    content_type: "text/plain",
    content_encoding: "",
    bytes: 3,
    ...more,
  };
  return { letter, body: new Uint8Array([1, 2, 255]) };
}
