import { existsSync } from "node:fs";
import type { StoreLocation } from "../../controller/shard.ts";
import {
  type KeptProfile,
  type ListPlace,
  ProfileReader,
  type TimeRange,
} from "../../local_store/profile_reader.ts";
import type { LabelSelector } from "../../profile/label_matcher.ts";
import type { StoredProfile } from "../api/store.ts";
import { newestFirst } from "./newest_first.ts";

/** A reader, and the component whose store it reads. */
export interface NamedReader {
  readonly component: string;
  readonly path: string;
  readonly reader: ProfileReader;
}

/** The stores of all shards, read as one. */
export class StoreReaders {
  readonly #open = new Map<string, NamedReader>();

  /** Those of these stores that there are; the others are closed. */
  of(stores: readonly StoreLocation[]): NamedReader[] {
    for (const [path, { reader }] of this.#open) {
      if (stores.some((store) => store.path === path)) continue;
      reader.close();
      this.#open.delete(path);
    }
    return stores.flatMap((store) => this.#reader(store) ?? []);
  }

  #reader({ component_id: component, path }: StoreLocation): NamedReader | undefined {
    const known = this.#open.get(path);
    if (known !== undefined) return known;
    // A store that has not begun to write has no file yet.
    if (!existsSync(path)) return undefined;
    const opened = { component, path, reader: new ProfileReader(path) };
    this.#open.set(path, opened);
    return opened;
  }
}

/** A profile, and the reader that has its body. */
export interface FoundProfile {
  readonly profile: StoredProfile;
  readonly reader: ProfileReader;
}

/** The newest profiles of several stores that match, the newest first. */
export function newestOf(
  readers: readonly NamedReader[],
  selector: LabelSelector,
  range: TimeRange,
  limit: number,
  before?: ListPlace,
): FoundProfile[] {
  const found = readers.flatMap(({ component, reader }) =>
    reader
      .matching(selector, range, limit, before)
      .map((profile) => ({ profile: named(profile, component), reader })),
  );
  found.sort((left, right) => newestFirst(left.profile, right.profile));
  return found.slice(0, limit);
}

function named(profile: KeptProfile, component: string): StoredProfile {
  const kind = profile.kind === "push" ? "push" : "ingest";
  return { ...profile, kind, component_id: component };
}
