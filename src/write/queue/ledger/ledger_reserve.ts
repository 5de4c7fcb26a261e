import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Bytes that are kept back where the disk has them: 8 MiB. */
const wantedBytes = 8 * 2 ** 20;

/** The least that is of any use. */
const leastBytes = 256 * 1024;

/** The share of what is free on a small disk. */
const shareOfFree = 1 / 8;

/** Bytes that are written at once. */
const chunkBytes = 2 ** 20;

/**
 * A file that does nothing but take up room. When the disk is full, not even the end of a lease can be written any
 * more, and nothing delivered would ever make room: then the file goes, and what ends can be written.
 */
export class LedgerReserve {
  readonly #path: string | undefined;
  #bytes = 0;

  /** @param path the ledger's file; nothing is kept back for one in memory. */
  constructor(path: string) {
    this.#path = path === ":memory:" ? undefined : `${path}.reserve`;
    if (this.#path !== undefined) this.#bytes = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Whether nothing is kept back, so that nothing new should be written. */
  get isSpent(): boolean {
    return this.#path !== undefined && this.#bytes === 0;
  }

  /** How long the write-ahead log may get, in bytes, so that what is kept back does for bringing it into the file. */
  get logBytes(): number {
    return (this.#path === undefined ? wantedBytes : this.#bytes) / 2;
  }

  /** Keeps room back, where there is any. */
  hold(): void {
    const path = this.#path;
    if (path === undefined || this.#bytes > 0) return;
    const { bavail, bsize } = statfsSync(dirname(path));
    const bytes = Math.min(wantedBytes, Math.floor(bavail * bsize * shareOfFree));
    if (bytes < leastBytes) return;
    try {
      fill(path, bytes);
      this.#bytes = bytes;
    } catch {
      // Somebody else was faster to take the room: there is nothing to keep back, and `isSpent` tells.
      rmSync(path, { force: true });
    }
  }

  /** Gives the room away; false where there was none. */
  spend(): boolean {
    if (this.#path === undefined || this.#bytes === 0) return false;
    rmSync(this.#path, { force: true });
    this.#bytes = 0;
    return true;
  }
}

// Zeros take up no room on a file system that compresses.
function fill(path: string, bytes: number): void {
  const { randomFillSync } = process.getBuiltinModule("node:crypto");
  const chunk = randomFillSync(Buffer.alloc(Math.min(bytes, chunkBytes)));
  const file = openSync(path, "w", 0o600);
  try {
    for (let left = bytes; left > 0; ) left -= writeSync(file, chunk, 0, Math.min(left, chunk.byteLength));
  } finally {
    closeSync(file);
  }
}
