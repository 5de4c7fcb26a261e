import type { QueuedHead } from "../queue_store.ts";
import { decodeHead, encodeHead } from "../queued_head.ts";

/**
 * A profile as a message: a byte that gives the version, four bytes that give the head's length (big-endian), the
 * head as JSON, and the body, or nothing where it lies in the object store.
 */
const version = 1;

const prefixBytes = 5;

/** What stands in a message's head beside the profile's own. */
export interface MessageFacts {
  /** The body's name in the object store; absent where the message holds it. */
  readonly object?: string | undefined;
  /** Bytes of the body, wherever it lies. */
  readonly bodyBytes: number;
  /** The instance that sends it at once, unless it dies. */
  readonly sentBy?: string | undefined;
  /** Of dead letters: when the destination refused it, in milliseconds since the Unix epoch, and what it said. */
  readonly refusedAt?: number | undefined;
  readonly reason?: string | undefined;
}

/** A message that was read. */
export interface ProfileMessage {
  readonly head: QueuedHead;
  readonly facts: MessageFacts;
  /** Empty where the body lies in the object store. */
  readonly body: Uint8Array;
}

/** Bytes that a profile takes beside its body. */
interface WrittenMessage extends MessageFacts {
  readonly head: string;
  readonly acceptedAt: number;
}

/** Writes a message. */
export function encodeMessage(head: QueuedHead, facts: MessageFacts, body: Uint8Array): Uint8Array {
  const written: WrittenMessage = { ...facts, head: encodeHead(head), acceptedAt: head.acceptedAt };
  const text = new TextEncoder().encode(JSON.stringify(written));
  const message = new Uint8Array(prefixBytes + text.byteLength + body.byteLength);
  message[0] = version;
  new DataView(message.buffer).setUint32(1, text.byteLength);
  message.set(text, prefixBytes);
  message.set(body, prefixBytes + text.byteLength);
  return message;
}

/** Reads a message; undefined where pyroduct has not written it. */
export function decodeMessage(message: Uint8Array): ProfileMessage | undefined {
  if (message.byteLength < prefixBytes || message[0] !== version) return undefined;
  const length = new DataView(message.buffer, message.byteOffset).getUint32(1);
  const bodyAt = prefixBytes + length;
  if (bodyAt > message.byteLength) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(message.subarray(prefixBytes, bodyAt));
    const { head, acceptedAt, ...facts } = JSON.parse(text) as WrittenMessage;
    if (typeof head !== "string" || !Number.isFinite(acceptedAt)) return undefined;
    return { head: decodeHead(head, acceptedAt), facts, body: message.subarray(bodyAt) };
  } catch {
    return undefined;
  }
}
