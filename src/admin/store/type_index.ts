import { CodedError } from "../../base/failure.ts";
import { Lru } from "../../base/lru.ts";
import { nameLabel } from "../../profile/label_set.ts";
import type { StoredProfile } from "../api/store.ts";
import { jfrType, type ValueOfType } from "../pprof/profile_types.ts";
import { type ReadProfile, readProfile, type SentProfile } from "../pprof/read_profile.ts";
import type { FoundProfile } from "./store_readers.ts";

/** Profiles whose types are remembered: those of a full store of the default size. */
const rememberedProfiles = 200_000;

/** A type that profiles are of, and whether they can be merged. */
export interface KnownType extends ValueOfType {
  readonly isMergeable: boolean;
}

const jfr: KnownType = { ...jfrType, name: "jfr", index: 0, isMergeable: false };

/** Knows what the values of stored profiles count; each profile is looked into once. */
export class TypeIndex {
  readonly #known = new Lru<string, readonly KnownType[]>(rememberedProfiles);
  /** One list for all profiles with the same types. */
  readonly #lists = new Map<string, readonly KnownType[]>();

  /** What is known without looking into the profile. */
  peek(id: string): readonly KnownType[] | undefined {
    return this.#known.get(id);
  }

  /** The types of a profile; none where it can't be read. */
  async typesOf(found: FoundProfile): Promise<readonly KnownType[]> {
    const known = this.#known.get(found.profile.id);
    if (known !== undefined) return known;
    try {
      const read = await readStored(found);
      return read === undefined ? [] : this.note(found.profile.id, read);
    } catch (thrown) {
      if (!(thrown instanceof CodedError)) throw thrown;
      this.#known.set(found.profile.id, []);
      return [];
    }
  }

  /** Remembers the types of a profile that has been read. */
  note(id: string, { format, types }: ReadProfile): readonly KnownType[] {
    const list = this.#shared(
      format === "jfr" ? [jfr] : types.map((type) => ({ ...type, isMergeable: true })),
    );
    this.#known.set(id, list);
    return list;
  }

  #shared(types: readonly KnownType[]): readonly KnownType[] {
    const key = types.map(({ id }) => id).join("\n");
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    // A sender may call its types as it likes; there is no end of that.
    if (this.#lists.size >= rememberedLists) this.#lists.clear();
    this.#lists.set(key, types);
    return types;
  }
}

const rememberedLists = 1000;

/**
 * Looks into a stored profile; undefined where it is no longer there.
 *
 * @throws CodedError where it can't be read.
 */
export async function readStored({ profile, reader }: FoundProfile): Promise<ReadProfile | undefined> {
  const found = reader.get(profile.id);
  return found && readProfile(sentOf(profile, found.body));
}

/** A stored profile as it was sent. */
export function sentOf(
  profile: Pick<StoredProfile, "kind" | "content_type" | "content_encoding" | "labels">,
  bytes: Uint8Array,
): SentProfile {
  return {
    bytes,
    contentType: profile.content_type,
    contentEncoding: profile.content_encoding,
    // The name of /ingest is that of the app.
    name: profile.kind === "push" ? profile.labels[nameLabel] : undefined,
    units: "",
  };
}
