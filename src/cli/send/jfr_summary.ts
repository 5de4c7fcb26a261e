/** When a recording was made, in milliseconds since the Unix epoch. */
export interface JfrSummary {
  readonly startMs: number;
  readonly durationMs: number;
}

/** A recording is a row of chunks, each of which begins so: `FLR` and a zero. */
const magic = 0x464c_5200;

/** Offsets in a chunk's header (jdk/jfr/internal/consumer/ChunkHeader.java of OpenJDK), big-endian. */
const sizeOffset = 8;
const startOffset = 32;
const durationOffset = 40;
const headerBytes = 68;

/** Reads a recording of JDK Flight Recorder that is not compressed; undefined where it is none. */
export function readJfr(bytes: Uint8Array): JfrSummary | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let first: number | undefined;
  let end = 0;
  let position = 0;
  while (position + headerBytes <= bytes.byteLength && view.getUint32(position) === magic) {
    const startMs = Number(view.getBigInt64(position + startOffset)) / 1e6;
    first ??= startMs;
    end = Math.max(end, startMs + Number(view.getBigInt64(position + durationOffset)) / 1e6);
    const size = Number(view.getBigInt64(position + sizeOffset));
    if (size < headerBytes) break;
    position += size;
  }
  return first === undefined ? undefined : { startMs: first, durationMs: Math.max(0, end - first) };
}
