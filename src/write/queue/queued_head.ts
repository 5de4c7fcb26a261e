import type { QueuedHead, QueuedProfile } from "./queue_store.ts";

type WrittenHead = Omit<QueuedHead, "acceptedAt">;

/** Writes down all of a profile but its body and the time of its acceptance, which stand beside it. */
export function encodeHead(profile: QueuedHead): string {
  const { kind, size, path, headers, forwardedHeaders, trace, isAlone } = profile;
  const head: WrittenHead = { kind, size, path, headers, forwardedHeaders, trace, isAlone };
  return JSON.stringify(head);
}

/** Reads what `encodeHead` wrote. */
export function decodeHead(head: string, acceptedAt: number): QueuedHead {
  const written: WrittenHead = JSON.parse(head);
  return { ...written, acceptedAt };
}

/** Reads what `encodeHead` wrote, with the body that stood beside it. */
export function decodeProfile(head: string, acceptedAt: number, body: Uint8Array): QueuedProfile {
  return { ...decodeHead(head, acceptedAt), body };
}
