/** What a profile's bytes hold, as told by the bytes themselves and not by a name. */
export type ProfileFormat = "pprof" | "jfr" | "folded" | "json" | "unknown";

/** How much of a text is looked at, in bytes. */
const lookedAt = 64 * 1024;

/** `FLR` and a zero begin each chunk of a JFR recording. */
const jfrMagic = [0x46, 0x4c, 0x52, 0x00] as const;

/** Tells what bytes hold; what is gzipped must be decompressed first. */
export function profileFormatOf(bytes: Uint8Array): ProfileFormat {
  if (jfrMagic.every((byte, index) => bytes[index] === byte)) return "jfr";
  const head = bytes.subarray(0, lookedAt);
  const text = textOf(head, bytes.byteLength > lookedAt);
  if (text !== undefined && /^\s*[[{]/.test(text)) return "json";
  if (text !== undefined && isFolded(text, bytes.byteLength > lookedAt)) return "folded";
  return isPprof(bytes) ? "pprof" : "unknown";
}

/** Whether bytes begin as gzip does (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function textOf(head: Uint8Array, isCut: boolean): string | undefined {
  try {
    // A character may have been cut through at the end.
    return new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: isCut });
  } catch {
    return undefined;
  }
}

// Every line is a stack, a space and a number.
function isFolded(text: string, isCut: boolean): boolean {
  const lines = text.split(/\r?\n/);
  if (isCut) lines.pop();
  const filled = lines.filter((line) => line.trim() !== "");
  return filled.length > 0 && filled.every((line) => /^\s*\S.*\s\d+(?:\.\d+)?\s*$/.test(line));
}

/** The fields of pprof's Profile (https://github.com/google/pprof/blob/main/proto/profile.proto). */
const maxField = 15;

// It has no mark of its own: the fields of the message must be such as it has, and end where the bytes end.
function isPprof(bytes: Uint8Array): boolean {
  let offset = 0;
  let hasSamples = false;
  while (offset < bytes.byteLength) {
    const tag = readVarint(bytes, offset);
    if (tag === undefined) return false;
    const field = Math.floor(tag.value / 8);
    const next = skipField(bytes, tag.next, tag.value % 8);
    if (field < 1 || field > maxField || next === undefined || next > bytes.byteLength) return false;
    if (field <= 2) hasSamples = true;
    offset = next;
  }
  return hasSamples;
}

// Varints and what has a length are all that the message is made of.
function skipField(bytes: Uint8Array, offset: number, wireType: number): number | undefined {
  const value = readVarint(bytes, offset);
  if (value === undefined) return undefined;
  if (wireType === 0) return value.next;
  return wireType === 2 ? value.next + value.value : undefined;
}

function readVarint(
  bytes: Uint8Array,
  offset: number,
): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[offset + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: offset + index + 1 };
  }
  return undefined;
}
