import { CodedError } from "../../base/failure.ts";
import type { StoreLocation } from "../../controller/shard.ts";
import type { ProfileFormat, ProfilePart, ProfileParts } from "../api/store.ts";
import { type BodyPart, formatOf, partsOf, profilePart, type SentBody } from "../pprof/body_parts.ts";
import type { StoreReaders } from "./store_readers.ts";

/** A part of a body on its own. */
export interface RawPart {
  readonly bytes: Uint8Array;
  readonly format: ProfileFormat;
  /** What it may be called, without what tells its format. */
  readonly name: string;
}

/** Takes bodies apart. */
export class PartQueries {
  readonly #readers: StoreReaders;

  constructor(readers: StoreReaders) {
    this.#readers = readers;
  }

  /** What a stored profile consists of; undefined where it is not, or no longer, there. */
  async parts(stores: readonly StoreLocation[], id: string): Promise<ProfileParts | undefined> {
    const sent = this.#sent(stores, id);
    if (sent === undefined) return undefined;
    const parts = await partsOf(sent);
    const profile = await profilePart(parts);
    return { parts: await Promise.all(parts.map((part) => described(part, part === profile))) };
  }

  /** A part of a stored profile: the one of this name, else the profile. */
  async stored(
    stores: readonly StoreLocation[],
    id: string,
    name: string | undefined,
  ): Promise<RawPart | undefined> {
    const sent = this.#sent(stores, id);
    return sent && this.single(sent, name);
  }

  /**
   * A part of a body: the one of this name, else the profile.
   *
   * @throws CodedError where there is none.
   */
  async single(sent: SentBody, name: string | undefined): Promise<RawPart> {
    const parts = await partsOf(sent);
    const part = name === undefined ? await profilePart(parts) : parts.find((one) => one.name === name);
    if (part === undefined) throw new CodedError("not_found", "there is no such part");
    return { bytes: part.bytes, format: await formatOrUnknown(part.bytes), name: part.name };
  }

  #sent(stores: readonly StoreLocation[], id: string): SentBody | undefined {
    for (const { reader } of this.#readers.of(stores)) {
      const found = reader.get(id);
      if (found === undefined) continue;
      const { content_type, content_encoding } = found.profile;
      return { contentType: content_type, contentEncoding: content_encoding, bytes: found.body };
    }
    return undefined;
  }
}

async function described(part: BodyPart, isProfile: boolean): Promise<ProfilePart> {
  return {
    name: part.name,
    format: await formatOrUnknown(part.bytes),
    bytes: part.bytes.byteLength,
    is_profile: isProfile,
  };
}

async function formatOrUnknown(bytes: Uint8Array): Promise<ProfileFormat> {
  try {
    return await formatOf(bytes);
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    return "unknown";
  }
}
