import type { FailureCode } from "../../../base/failure.ts";
import type { LedgerAnswer, LedgerReply, LedgerRequest } from "./ledger_calls.ts";

/**
 * What goes between the serving thread and the storage thread. Text and one buffer are the cheapest to hand over:
 * cloning an object for each profile costs more than writing and reading JSON, and a buffer changes hands uncopied.
 */
export type ToWorker =
  | { readonly type: "open"; readonly path: string; readonly nowMs: number }
  | { readonly type: "call"; readonly text: string; readonly bodies: ArrayBuffer | undefined }
  | { readonly type: "close" };

/** … and back. */
export type FromWorker =
  | { readonly type: "opened" }
  | { readonly type: "refused"; readonly code: FailureCode; readonly message: string }
  | { readonly type: "answer"; readonly text: string; readonly bodies: ArrayBuffer | undefined }
  | { readonly type: "closed" };

interface Packed<Content> {
  readonly content: Content;
  /** Bytes of each body, one after the other in the buffer. */
  readonly lengths: readonly number[];
}

/** Writes down a request. */
export function packRequest(request: LedgerRequest, bodies: readonly Uint8Array[]) {
  return pack(request, bodies);
}

/** Reads a request; the bodies lie in the buffer. */
export function unpackRequest(text: string, buffer: ArrayBuffer | undefined) {
  return unpack<LedgerRequest>(text, buffer);
}

/** Writes down an answer. */
export function packAnswer({ reply, bodies }: LedgerAnswer) {
  return pack(reply, bodies);
}

/** Reads an answer; the bodies lie in the buffer. */
export function unpackAnswer(text: string, buffer: ArrayBuffer | undefined): LedgerAnswer {
  const { content: reply, bodies } = unpack<LedgerReply>(text, buffer);
  return { reply, bodies };
}

function pack<Content>(content: Content, bodies: readonly Uint8Array[]) {
  const lengths = bodies.map(({ byteLength }) => byteLength);
  const packed: Packed<Content> = { content, lengths };
  return { text: JSON.stringify(packed), bodies: joined(bodies) };
}

function joined(bodies: readonly Uint8Array[]): ArrayBuffer | undefined {
  if (bodies.length === 0) return undefined;
  const buffer = new ArrayBuffer(bodies.reduce((sum, { byteLength }) => sum + byteLength, 0));
  const all = new Uint8Array(buffer);
  let offset = 0;
  for (const body of bodies) {
    all.set(body, offset);
    offset += body.byteLength;
  }
  return buffer;
}

function unpack<Content>(text: string, buffer = new ArrayBuffer(0)) {
  const { content, lengths }: Packed<Content> = JSON.parse(text);
  let offset = 0;
  const bodies = lengths.map((length) => {
    const body = new Uint8Array(buffer, offset, length);
    offset += length;
    return body;
  });
  return { content, bodies };
}
