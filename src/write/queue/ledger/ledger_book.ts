import type { Database } from "bun:sqlite";
import type { DropReason, QueueLimits, QueueStats } from "../queue_store.ts";
import { LeaseBook } from "./lease_book.ts";
import type { LedgerDrop } from "./ledger_calls.ts";

/** Profiles of one queue that there can ever be: what is left of the identifier goes to the queue's number. */
const placesPerQueue = 2 ** 40;

/** A queue's row. */
export interface QueueRow {
  readonly number: number;
  readonly name: string;
  readonly next: number;
  readonly profiles: number;
  readonly bytes: number;
  readonly letters: number;
  readonly letter_bytes: number;
}

/** What a transaction may change in a book, and must put back where it fails. */
interface Sums {
  next: number;
  profiles: number;
  bytes: number;
  letters: number;
  letterBytes: number;
}

/** One queue of a ledger: its sums, its leases and its limits. */
export class LedgerBook {
  readonly name: string;
  readonly number: number;
  readonly leases = new LeaseBook();
  /** None where no endpoint uses the queue. */
  limits: QueueLimits | undefined;
  sums: Sums;
  /** Whether the row must be written. */
  isTouched = false;
  #before: Sums | undefined;

  constructor(row: QueueRow) {
    this.name = row.name;
    this.number = row.number;
    const { next, profiles, bytes, letters } = row;
    this.sums = { next, profiles, bytes, letters, letterBytes: row.letter_bytes };
    this.leases.passTo(profiles === 0 ? this.first + next : this.first);
  }

  /** The identifiers of its profiles are at least this. */
  get first(): number {
    return this.number * placesPerQueue;
  }

  /** … and less than this. */
  get end(): number {
    return this.first + this.sums.next;
  }

  /** Begins a change. */
  begin(): void {
    this.#before = { ...this.sums };
    this.isTouched = false;
  }

  /** Takes the change back. */
  undo(): void {
    if (this.#before !== undefined) this.sums = this.#before;
    this.isTouched = false;
  }

  /** The next profile's identifier. */
  takePlace(): number {
    const id = this.end;
    this.sums.next += 1;
    this.isTouched = true;
    return id;
  }

  /** Counts profiles that come, or go where negative. */
  count(profiles: number, bytes: number): void {
    this.sums.profiles += profiles;
    this.sums.bytes += bytes;
    this.isTouched = true;
  }

  /** Counts dead letters that come, or go where negative. */
  countLetters(letters: number, bytes: number): void {
    this.sums.letters += letters;
    this.sums.letterBytes += bytes;
    this.isTouched = true;
  }

  /** How the queue stands. */
  stats(database: Database): QueueStats {
    const { profiles, bytes, letters, letterBytes } = this.sums;
    const oldest =
      profiles === 0
        ? undefined
        : database
            .query<{ accepted_at: number }, [number, number]>(
              "SELECT accepted_at FROM entry WHERE id >= ? AND id < ? ORDER BY id LIMIT 1",
            )
            .get(this.first, this.end)?.accepted_at;
    return {
      profiles,
      bytes,
      oldestAt: oldest,
      waiting: profiles - this.leases.leased,
      deadLetters: letters,
      deadLetterBytes: letterBytes,
    };
  }
}

/** Adds up what a request drops. */
export class DropCount {
  readonly #drops = new Map<string, { -readonly [Key in keyof LedgerDrop]: LedgerDrop[Key] }>();

  add(queue: string, what: LedgerDrop["what"], reason: DropReason, bytes: number): void {
    this.addMany(queue, what, reason, 1, bytes);
  }

  addMany(
    queue: string,
    what: LedgerDrop["what"],
    reason: DropReason,
    profiles: number,
    bytes: number,
  ): void {
    if (profiles === 0) return;
    const key = `${what} ${reason} ${queue}`;
    const drop = this.#drops.get(key) ?? { queue, what, reason, profiles: 0, bytes: 0 };
    drop.profiles += profiles;
    drop.bytes += bytes;
    this.#drops.set(key, drop);
  }

  addAll(others: DropCount): void {
    for (const { queue, what, reason, profiles, bytes } of others.all) {
      this.addMany(queue, what, reason, profiles, bytes);
    }
  }

  get all(): LedgerDrop[] {
    return [...this.#drops.values()];
  }
}
