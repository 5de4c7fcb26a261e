import type { Clock } from "../base/clock.ts";
import type { HeldBytes } from "./byte_budget.ts";

/** Bounds of reading one body. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** How long the whole body may take to arrive, in milliseconds. */
  readonly timeoutMs: number;
  /** Where the bytes are counted as they come. */
  readonly held: HeldBytes;
  readonly clock: Clock;
}

/** A body, or why there is none. */
export type BodyRead =
  | { readonly type: "body"; readonly bytes: Uint8Array }
  /** More than `maxBytes`. */
  | { readonly type: "too_large" }
  /** More than may be held at the moment. */
  | { readonly type: "no_room" }
  /** It did not arrive within `timeoutMs`. */
  | { readonly type: "too_slow" }
  /** The sender went away in the middle. */
  | { readonly type: "broken" };

/**
 * Bodies whose declared length is at most this are read in one go, counted before they come, which is the
 * cheapest way. Longer ones, and those of unknown length, are counted chunk by chunk, so that a sender who
 * only promises bytes takes no room from the others.
 */
const wholeReadBytes = 64 * 1024;

const empty: BodyRead = { type: "body", bytes: new Uint8Array(0) };

/** Reads a request's body within the limits. Never throws. */
export async function readBody(request: Request, limits: BodyLimits): Promise<BodyRead> {
  if (request.body === null) return empty;
  const declared = declaredLength(request);
  if (declared !== undefined && declared > limits.maxBytes) return { type: "too_large" };
  const wanted = declared !== undefined && declared <= wholeReadBytes ? declared : undefined;
  if (wanted !== undefined && !limits.held.tryHold(wanted)) return { type: "no_room" };

  const reading = wanted === undefined ? readChunks(request.body, limits) : readWhole(request);
  return inTime(reading, limits);
}

/** The length that the request states; undefined where it states none that is a whole number. */
function declaredLength(request: Request): number | undefined {
  const text = request.headers.get("content-length");
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

async function readWhole(request: Request): Promise<BodyRead> {
  try {
    return { type: "body", bytes: await request.bytes() };
  } catch {
    return { type: "broken" };
  }
}

async function readChunks(body: ReadableStream<Uint8Array>, limits: BodyLimits): Promise<BodyRead> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let total = 0;
  const giveUp = (type: "too_large" | "no_room"): BodyRead => {
    reader.cancel().catch(ignoreLateError);
    return { type };
  };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { type: "body", bytes: concat(chunks, total) };
      total += value.byteLength;
      if (total > limits.maxBytes) return giveUp("too_large");
      if (!limits.held.tryHold(value.byteLength)) return giveUp("no_room");
      chunks.push(value);
    }
  } catch {
    return { type: "broken" };
  }
}

function inTime(reading: Promise<BodyRead>, limits: BodyLimits): Promise<BodyRead> {
  return new Promise((resolve) => {
    const timer = limits.clock.schedule(limits.timeoutMs, () => resolve({ type: "too_slow" }));
    reading.then((read) => {
      timer.cancel();
      resolve(read);
    });
  });
}

/** Joins chunks; a single one is not copied. */
export function concat(chunks: readonly Uint8Array[], total: number): Uint8Array {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1) return only;
  const joined = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return joined;
}

// The body is given up already; how its stream ends is of no interest to anybody.
function ignoreLateError(): void {}
