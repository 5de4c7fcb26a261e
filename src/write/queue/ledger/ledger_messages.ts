import type { FailureCode } from "../../../base/failure.ts";
import type { LedgerAnswer, LedgerReply, LedgerRequest } from "./ledger_calls.ts";

/**
 * What goes between the serving thread and the storage thread. Text and one buffer are the cheapest to hand over:
 * cloning an object for each profile costs more than writing and reading JSON. Bodies that come lie in memory that both
 * threads see, one call's at a time; a buffer of their own, which changes hands uncopied, is made where they are too
 * large for that, and for bodies that go back.
 */
export type ToWorker =
  | {
      readonly type: "open";
      readonly path: string;
      readonly nowMs: number;
      readonly shared: SharedArrayBuffer;
    }
  | { readonly type: "call"; readonly text: string; readonly bodies: ArrayBuffer | "shared" | undefined }
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

/** Writes down a request; the bodies are put into memory that is shared where they fit. */
export function packRequest(
  request: LedgerRequest,
  bodies: readonly Uint8Array[],
  shared: SharedArrayBuffer | undefined,
) {
  const text = textOf(request, bodies);
  const bytes = totalBytes(bodies);
  if (shared === undefined || bytes > shared.byteLength || bytes === 0)
    return { text, bodies: joined(bodies) };
  copyInto(new Uint8Array(shared), bodies);
  return { text, bodies: "shared" } as const;
}

/** Reads a request; the bodies lie in the buffer. */
export function unpackRequest(text: string, buffer: ArrayBuffer | SharedArrayBuffer | undefined) {
  return unpack<LedgerRequest>(text, buffer);
}

/** Writes down an answer. */
export function packAnswer({ reply, bodies }: LedgerAnswer) {
  return { text: textOf(reply, bodies), bodies: joined(bodies) };
}

/** Reads an answer; the bodies lie in the buffer. */
export function unpackAnswer(text: string, buffer: ArrayBuffer | undefined): LedgerAnswer {
  const { content: reply, bodies } = unpack<LedgerReply>(text, buffer);
  return { reply, bodies };
}

function textOf<Content>(content: Content, bodies: readonly Uint8Array[]): string {
  const packed: Packed<Content> = { content, lengths: bodies.map(({ byteLength }) => byteLength) };
  return JSON.stringify(packed);
}

function joined(bodies: readonly Uint8Array[]): ArrayBuffer | undefined {
  if (bodies.length === 0) return undefined;
  const buffer = new ArrayBuffer(totalBytes(bodies));
  copyInto(new Uint8Array(buffer), bodies);
  return buffer;
}

function totalBytes(bodies: readonly Uint8Array[]): number {
  return bodies.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function copyInto(all: Uint8Array, bodies: readonly Uint8Array[]): void {
  let offset = 0;
  for (const body of bodies) {
    all.set(body, offset);
    offset += body.byteLength;
  }
}

function unpack<Content>(text: string, buffer: ArrayBuffer | SharedArrayBuffer = new ArrayBuffer(0)) {
  const { content, lengths }: Packed<Content> = JSON.parse(text);
  let offset = 0;
  const bodies = lengths.map((length) => {
    const body = new Uint8Array(buffer, offset, length);
    offset += length;
    return body;
  });
  return { content, bodies };
}
