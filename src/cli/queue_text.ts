import { formatByteSize } from "../base/byte_size.ts";
import { formatDuration } from "../base/duration.ts";
import type { DeadLetterInfo, QueueInfo } from "../component/queues.ts";

/** Queues as a table, a line each. */
export function queueTable(queues: readonly QueueInfo[], nowMs: number): string[] {
  const head = ["QUEUE", "TYPE", "PROFILES", "SIZE", "OLDEST", "DEAD LETTERS", "STATE"];
  const rows = queues.map((queue) => [
    printable(queue.id),
    queue.type,
    String(queue.profiles),
    formatByteSize(queue.bytes),
    age(queue.oldest_at, nowMs),
    String(queue.dead_letters),
    stateOf(queue),
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** One queue, a line for each thing that is known of it. */
export function queueLines(queue: QueueInfo, nowMs: number): string[] {
  const rate = queue.drain_rate === null ? "-" : `${formatByteSize(queue.drain_rate)}/s`;
  return aligned([
    ["queue", printable(queue.id)],
    ["type", queue.type],
    ["state", stateOf(queue)],
    ["profiles", `${queue.profiles} (${formatByteSize(queue.bytes)})`],
    ["oldest", age(queue.oldest_at, nowMs)],
    ["drain rate", rate],
    ["dead letters", `${queue.dead_letters} (${formatByteSize(queue.dead_letter_bytes)})`],
  ]);
}

/** One dead letter likewise. */
export function deadLetterLines(letter: DeadLetterInfo): string[] {
  return aligned([
    ["dead letter", letter.id],
    ["accepted", new Date(letter.accepted_at).toISOString()],
    ["refused", new Date(letter.refused_at).toISOString()],
    ["reason", printable(letter.reason)],
    ["request", printable(letter.path)],
    ["body", `${formatByteSize(letter.bytes)} ${printable(letter.content_type)}`.trimEnd()],
  ]);
}

function stateOf({ paused, has_endpoint }: QueueInfo): string {
  if (!has_endpoint) return "no endpoint";
  return paused === null ? "delivering" : `paused: ${printable(paused)}`;
}

function age(at: number | null, nowMs: number): string {
  return at === null ? "-" : formatDuration(Math.max(0, Math.floor((nowMs - at) / 1000)) * 1000);
}

function aligned(pairs: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${value}`.trimEnd());
}

// What a destination or a sender wrote must not steer the terminal.
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, " ");
}
