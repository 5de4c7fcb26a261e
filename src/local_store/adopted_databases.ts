import { existsSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ProfileDatabase } from "./profile_database.ts";

/** The file that a store keeps its profiles in, in its folder. */
export const databaseFile = "profiles.sqlite";

/** Endings of the files that belong to an SQLite database besides its own (https://www.sqlite.org/wal.html). */
const besides = ["", "-wal", "-shm"];

interface Adopted {
  readonly folder: string;
  readonly database: ProfileDatabase;
}

/**
 * Stores of shards that are gone. Nothing is added to them, and nothing is copied: they stay where they are, can be
 * looked at, and shrink until they are empty. Then their files are removed.
 */
export class AdoptedDatabases {
  readonly #open: Adopted[] = [];
  readonly #maxAgeMs: () => number;

  /**
   * Opens the stores in these folders, where there are any.
   *
   * @param maxAgeMs how long a profile is kept, as it is now.
   * @throws CodedError where one can't be opened.
   */
  constructor(folders: readonly string[], maxAgeMs: () => number) {
    this.#maxAgeMs = maxAgeMs;
    try {
      for (const folder of folders) {
        const path = join(folder, databaseFile);
        if (!existsSync(path)) continue;
        const database = new ProfileDatabase(path, {
          maxBytes: Number.MAX_SAFE_INTEGER,
          maxAgeMs: maxAgeMs(),
        });
        this.#open.push({ folder, database });
      }
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  /** Bytes of bodies and labels that are kept in all of them. */
  get bytes(): number {
    return this.#open.reduce((sum, { database }) => sum + database.bytes, 0);
  }

  get count(): number {
    return this.#open.reduce((sum, { database }) => sum + database.count, 0);
  }

  /** The files of those that are still there. */
  get paths(): string[] {
    return this.#open.map(({ folder }) => join(folder, databaseFile));
  }

  get(id: string): ReturnType<ProfileDatabase["get"]> {
    for (const { database } of this.#open) {
      const found = database.get(id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * Removes what is too old, and as much more as it takes to leave `maxBytes` at most.
   *
   * @returns how many profiles that were.
   */
  shrink(maxBytes: number, nowMs: number): number {
    let removed = 0;
    for (const one of [...this.#open]) removed += this.#shrinkOne(one, Number.MAX_SAFE_INTEGER, nowMs);
    while (this.#open.length > 0 && this.bytes > maxBytes) {
      const [oldest] = this.#open.toSorted((left, right) => ageOrder(left) - ageOrder(right));
      if (oldest === undefined) break;
      removed += this.#shrinkOne(oldest, oldest.database.bytes - 1, nowMs);
    }
    return removed;
  }

  #shrinkOne(one: Adopted, maxBytes: number, nowMs: number): number {
    one.database.limits = { maxBytes, maxAgeMs: this.#maxAgeMs() };
    const removed = one.database.expire(nowMs);
    if (one.database.bytes === 0) this.#remove(one);
    return removed;
  }

  close(): void {
    for (const { database } of this.#open.splice(0)) database.close();
  }

  #remove(one: Adopted): void {
    this.#open.splice(this.#open.indexOf(one), 1);
    one.database.close();
    for (const ending of besides) rmSync(join(one.folder, `${databaseFile}${ending}`), { force: true });
    // The shard's own folder goes with the last component's; one that holds something else stays.
    for (const folder of [one.folder, dirname(one.folder)]) removeIfEmpty(folder);
  }
}

function ageOrder({ database }: Adopted): number {
  return database.oldestAt ?? 0;
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It is not empty, or gone already.
  }
}
