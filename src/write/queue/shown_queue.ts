import type { DeadLetterInfo, QueueInfo } from "../../component/queues.ts";
import { nameOfQueue } from "./queue_name.ts";
import type { QueueOwner } from "./queue_owners.ts";
import type { DeadLetter, QueueStats } from "./queue_store.ts";

/** A queue as the API shows it. */
export function shownQueue(
  id: string,
  type: string,
  stats: QueueStats | undefined,
  owner: QueueOwner | undefined,
): QueueInfo {
  return {
    id,
    ...nameOfQueue(id),
    type,
    has_endpoint: owner !== undefined,
    profiles: stats?.profiles ?? 0,
    bytes: stats?.bytes ?? 0,
    oldest_at: stats?.oldestAt ?? null,
    dead_letters: stats?.deadLetters ?? 0,
    dead_letter_bytes: stats?.deadLetterBytes ?? 0,
    drain_rate: owner?.pump.drainRate ?? null,
    paused: owner?.pump.pause ?? null,
  };
}

/** A dead letter as the API shows it. Forwarded headers are not part of it: they may name who sent it. */
export function shownLetter(letter: DeadLetter): DeadLetterInfo {
  const { id, queue, acceptedAt, refusedAt, reason, kind, path, bodyBytes } = letter;
  const headers = new Map(letter.headers);
  return {
    id,
    queue,
    accepted_at: acceptedAt,
    refused_at: refusedAt,
    reason,
    kind,
    path,
    content_type: kind === "push" ? "application/proto" : (headers.get("content-type") ?? ""),
    content_encoding: headers.get("content-encoding") ?? "",
    bytes: bodyBytes,
  };
}
