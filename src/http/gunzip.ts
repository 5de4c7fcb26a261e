import { systemCodeOf } from "../base/failure.ts";
import type { HeldBytes } from "./byte_budget.ts";
import { concat } from "./read_body.ts";

/** What may come out of a compressed body, and where it is counted. */
export interface GunzipLimits {
  readonly maxBytes: number;
  readonly held: HeldBytes;
}

/** A decompressed body, or why there is none. */
export type Gunzipped =
  | { readonly type: "body"; readonly bytes: Uint8Array }
  | { readonly type: "too_large" }
  | { readonly type: "no_room" }
  | { readonly type: "not_gzip" };

/** What is larger than this, before or after, is decompressed beside the serving thread, piece by piece. */
const inlineBytes = 256 * 1024;

/** Decompresses gzip within the limits, without holding up other requests. Never throws. */
export async function gunzip(compressed: Uint8Array, limits: GunzipLimits): Promise<Gunzipped> {
  if (compressed.byteLength > inlineBytes) return gunzipInPieces(compressed, limits);
  try {
    const { gunzipSync } = process.getBuiltinModule("node:zlib");
    const bytes = gunzipSync(compressed, { maxOutputLength: Math.min(inlineBytes, limits.maxBytes) });
    return limits.held.tryHold(bytes.byteLength) ? { type: "body", bytes } : { type: "no_room" };
  } catch (thrown) {
    if (systemCodeOf(thrown) !== "ERR_BUFFER_TOO_LARGE") return { type: "not_gzip" };
    return limits.maxBytes <= inlineBytes ? { type: "too_large" } : gunzipInPieces(compressed, limits);
  }
}

async function gunzipInPieces(compressed: Uint8Array, limits: GunzipLimits): Promise<Gunzipped> {
  const stream = process.getBuiltinModule("node:zlib").createGunzip();
  const chunks: Uint8Array[] = [];
  let total = 0;
  stream.end(compressed);
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      total += chunk.byteLength;
      if (total > limits.maxBytes) return { type: "too_large" };
      if (!limits.held.tryHold(chunk.byteLength)) return { type: "no_room" };
      chunks.push(chunk);
    }
    return { type: "body", bytes: concat(chunks, total) };
  } catch {
    return { type: "not_gzip" };
  } finally {
    stream.destroy();
  }
}
