import type { Database } from "bun:sqlite";
import type { LedgerWrite } from "./ledger_calls.ts";
import type { LedgerReserve } from "./ledger_reserve.ts";

/** SQLite's own page size, which is that of the file. */
const pageBytes = 4096;

/** Free pages that are no nuisance: 1 MiB, and next to nothing where the disk is full. */
const freePagesKept = 256;
const freePagesKeptWhenFull = 16;

/** Pages given back in one go: a few milliseconds, for which commits wait. */
const pagesPerStep = 2000;
const pagesPerStepWhenFull = 250;

/** Keeps the write-ahead log short and gives back to the file system what is free. */
export class LedgerCompaction {
  readonly #database: Database;
  readonly #reserve: LedgerReserve;
  /** Pages in the log since it was last brought into the file, estimated. */
  #pagesInLog = 0;
  #isLogTrimmed = true;

  constructor(database: Database, reserve: LedgerReserve) {
    this.#database = database;
    this.#reserve = reserve;
  }

  /** Counts what a write has put into the log. */
  count({ appends, settlements }: LedgerWrite, bodies: readonly Uint8Array[]): void {
    const bytes = bodies.reduce((sum, body) => sum + body.byteLength, 0);
    this.#pagesInLog += 4 + Math.ceil(bytes / pageBytes) + appends.length + settlements.length;
    this.#isLogTrimmed = false;
  }

  /** Brings a long log into the file. */
  checkpointIfDue(): void {
    if (this.#pagesInLog * pageBytes >= this.#reserve.logBytes) this.#checkpoint("PASSIVE");
  }

  /** The disk is full: spends what was kept back on bringing the log into the file, which empties the log. */
  makeRoom(): void {
    this.#reserve.spend();
    this.#checkpoint("TRUNCATE");
  }

  /** Gives back a little; returns whether there is more. */
  step(): boolean {
    if (this.#hasMuchFree()) {
      const pages = this.#reserve.isSpent ? pagesPerStepWhenFull : pagesPerStep;
      this.#database.query(`PRAGMA incremental_vacuum(${pages})`).all();
      this.#isLogTrimmed = false;
      if (this.#reserve.isSpent) this.#checkpoint("TRUNCATE");
      return true;
    }
    if (!this.#isLogTrimmed) this.#checkpoint("TRUNCATE");
    this.#reserve.hold();
    return false;
  }

  // Pages at the end of the file move into the gaps, and that is written twice: it pays where most of it is free.
  #hasMuchFree(): boolean {
    const free = this.#pragma("freelist_count");
    if (this.#reserve.isSpent) return free > freePagesKeptWhenFull;
    return free > freePagesKept && free * 2 > this.#pragma("page_count");
  }

  #checkpoint(mode: "PASSIVE" | "TRUNCATE"): void {
    this.#pagesInLog = 0;
    this.#database.exec(`PRAGMA wal_checkpoint(${mode})`);
    if (mode === "TRUNCATE") this.#isLogTrimmed = true;
  }

  #pragma(name: string): number {
    return this.#database.query<Record<string, number>, []>(`PRAGMA ${name}`).get()?.[name] ?? 0;
  }
}
