import type { Database } from "bun:sqlite";
import { entryBytes, type WholeEntry } from "./entry_table.ts";
import type { DropCount, LedgerBook } from "./ledger_book.ts";

interface LetterRow {
  readonly id: string;
  readonly accepted_at: number;
  readonly refused_at: number;
  readonly reason: string;
  readonly head: string;
  readonly body_bytes: number;
}

/** A dead letter with its body. */
export interface WholeLetter extends LetterRow {
  readonly body: Uint8Array;
}

const columns = "id, accepted_at, refused_at, reason, head, length(body) AS body_bytes";

/** Letters that are looked at in one go. */
const pageSize = 256;

/** The dead letters of all queues, counted in their books. */
export class LetterTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Keeps what was refused. */
  add(book: LedgerBook, entry: Omit<WholeEntry, "id" | "bytes">, reason: string, now: number): void {
    const bytes = entryBytes(entry.head, entry.body);
    const { accepted_at, head, body } = entry;
    this.#database
      .query(
        "INSERT INTO dead_letter (id, queue, accepted_at, refused_at, reason, bytes, head, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      )
      .run(Bun.randomUUIDv7(), book.number, accepted_at, now, reason, bytes, head, body);
    book.countLetters(1, bytes);
  }

  /** The newest first. */
  list(book: LedgerBook, limit: number): LetterRow[] {
    return this.#database
      .query<LetterRow, [number, number]>(
        `SELECT ${columns} FROM dead_letter WHERE queue = ? ORDER BY number DESC LIMIT ?`,
      )
      .all(book.number, limit);
  }

  get(book: LedgerBook, id: string): WholeLetter | undefined {
    return (
      this.#database
        .query<WholeLetter, [number, string]>(
          `SELECT ${columns}, body FROM dead_letter WHERE queue = ? AND id = ?`,
        )
        .get(book.number, id) ?? undefined
    );
  }

  /** The oldest ones' identifiers. */
  oldest(book: LedgerBook, limit: number): string[] {
    return this.#database
      .query<{ id: string }, [number, number]>(
        "SELECT id FROM dead_letter WHERE queue = ? ORDER BY number LIMIT ?",
      )
      .all(book.number, limit)
      .map(({ id }) => id);
  }

  /** Removes one; returns whether it was there. */
  remove(book: LedgerBook, id: string): boolean {
    const row = this.#database
      .query<{ bytes: number }, [number, string]>(
        "DELETE FROM dead_letter WHERE queue = ? AND id = ? RETURNING bytes",
      )
      .get(book.number, id);
    if (row === null) return false;
    book.countLetters(-1, -row.bytes);
    return true;
  }

  /** Gives all of a queue's to another queue. */
  transferAll(from: LedgerBook, to: LedgerBook): void {
    this.#database.query("UPDATE dead_letter SET queue = ? WHERE queue = ?").run(to.number, from.number);
    const { letters, letterBytes } = from.sums;
    from.countLetters(-letters, -letterBytes);
    to.countLetters(letters, letterBytes);
  }

  /** Drops what is too old, and the oldest for as long as there is too much. */
  trim(book: LedgerBook, now: number, drops: DropCount): void {
    const limits = book.limits?.deadLetters;
    if (limits === undefined || book.sums.letters === 0) return;
    const oldest = this.#database.query<{ id: string; refused_at: number; bytes: number }, [number, number]>(
      "SELECT id, refused_at, bytes FROM dead_letter WHERE queue = ? ORDER BY number LIMIT ?",
    );
    for (;;) {
      const rows = oldest.all(book.number, pageSize);
      for (const { id, refused_at, bytes } of rows) {
        const isExpired = refused_at < now - limits.maxAgeMs;
        if (!isExpired && book.sums.letterBytes <= limits.maxBytes) return;
        this.remove(book, id);
        drops.add(book.name, "letters", isExpired ? "expired" : "full", bytes);
      }
      if (rows.length < pageSize) return;
    }
  }
}
