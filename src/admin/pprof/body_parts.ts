import { CodedError, systemCodeOf } from "../../base/failure.ts";
import { isGzip, profileFormatOf } from "../../profile/profile_format.ts";
import type { ProfileFormat } from "../api/store.ts";

/** A body as it came, and what its sender said of it. */
export interface SentBody {
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly bytes: Uint8Array;
}

/** One part of a body. */
export interface BodyPart {
  /** `body` where the body is no form. */
  readonly name: string;
  /** As it came; gzipped where the sender did that. */
  readonly bytes: Uint8Array;
}

type FormEntry = readonly [name: string, value: string | Blob];

/** What may come out of compressed bytes; larger than any body that a receiver takes unless told otherwise. */
export const mostUnpackedBytes = 64 * 1024 * 1024;

/** Parts of a form that are looked at. */
const mostParts = 32;

/**
 * Takes a body apart.
 *
 * @throws CodedError where it can't be read.
 */
export async function partsOf({ contentType, contentEncoding, bytes }: SentBody): Promise<BodyPart[]> {
  const body = await decoded(bytes, contentEncoding);
  if (!/^multipart\/form-data\s*;/i.test(contentType)) return [{ name: "body", bytes: body }];
  const form = await parseForm(body, contentType);
  const parts: BodyPart[] = [];
  for (const [name, value] of form) {
    if (parts.length >= mostParts) break;
    const part = typeof value === "string" ? Buffer.from(value) : await value.bytes();
    parts.push({ name, bytes: part });
  }
  return parts;
}

async function parseForm(body: Uint8Array, contentType: string): Promise<Iterable<FormEntry>> {
  try {
    const headers = { "Content-Type": contentType };
    const form = await new Response(body as Uint8Array<ArrayBuffer>, { headers }).formData();
    return form as unknown as Iterable<FormEntry>;
  } catch {
    throw new CodedError("invalid_argument", "the multipart form can't be read");
  }
}

async function decoded(bytes: Uint8Array, encoding: string): Promise<Uint8Array> {
  if (encoding === "" || encoding === "identity") return bytes;
  if (encoding === "gzip") return unpacked(bytes);
  throw new CodedError(
    "unimplemented",
    `bodies in the encoding ${JSON.stringify(encoding.slice(0, 32))} can't be read`,
  );
}

/** Names that SDKs give to the part with the profile. */
const profileNames: readonly string[] = ["profile", "jfr"];

/** The part with the profile: the one by a name that SDKs use, else the first one that holds one. */
export async function profilePart(parts: readonly BodyPart[]): Promise<BodyPart | undefined> {
  const named = parts.find(({ name }) => profileNames.includes(name));
  if (named !== undefined) return named;
  for (const part of parts) {
    const format = await formatOf(part.bytes).catch(() => "unknown");
    if (format === "pprof" || format === "jfr" || format === "folded") return part;
  }
  return parts[0];
}

/** What bytes hold, gzipped or not, by their content alone. */
export async function formatOf(bytes: Uint8Array): Promise<ProfileFormat> {
  return profileFormatOf(await unpacked(bytes));
}

/**
 * The bytes without gzip, where they are gzipped.
 *
 * @throws CodedError where they can't be unpacked, or would be too many.
 */
export async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  try {
    const { gunzipSync } = process.getBuiltinModule("node:zlib");
    // In one go: nobody waits for this thread but who asked.
    return gunzipSync(bytes, { maxOutputLength: mostUnpackedBytes });
  } catch (thrown) {
    if (systemCodeOf(thrown) === "ERR_BUFFER_TOO_LARGE") throw tooLarge;
    throw new CodedError("invalid_argument", "gzip that can't be unpacked");
  }
}

const tooLarge = new CodedError("failed_precondition", `more than ${mostUnpackedBytes} bytes when unpacked`);
