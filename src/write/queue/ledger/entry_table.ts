import type { Database, Statement } from "bun:sqlite";
import type { LedgerBook } from "./ledger_book.ts";

/** A profile as it is written; its body is shared with other queues, or its own. */
export interface NewEntry {
  readonly acceptedAt: number;
  readonly head: string;
  readonly body: Uint8Array;
  /** The shared body's number; undefined where the entry has one of its own. */
  readonly shared: number | undefined;
}

/** A profile that lies in a queue, without its body. */
export interface EntryRow {
  readonly id: number;
  readonly accepted_at: number;
  readonly bytes: number;
}

/** The whole of it. */
export interface WholeEntry extends EntryRow {
  readonly head: string;
  readonly body: Uint8Array;
}

/** Profiles that are looked at in one go. */
const pageSize = 256;

/** Bytes that a profile counts with: labels are bytes too. */
export function entryBytes(head: string, body: Uint8Array): number {
  return head.length + body.byteLength;
}

/** The waiting profiles of all queues. Counts them in their books; leases are not its business. */
export class EntryTable {
  readonly #database: Database;
  readonly #insert: Statement<unknown, [number, number, number, string, number | null, Uint8Array | null]>;
  readonly #delete: Statement<{ bytes: number; shared: number | null }, [number]>;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.query("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)");
    this.#delete = database.query("DELETE FROM entry WHERE id = ? RETURNING bytes, shared");
  }

  /** Adds a profile; returns its identifier. */
  add(book: LedgerBook, { acceptedAt, head, body, shared }: NewEntry): number {
    const id = book.takePlace();
    const bytes = entryBytes(head, body);
    this.#insert.run(id, acceptedAt, bytes, head, shared ?? null, shared === undefined ? body : null);
    book.count(1, bytes);
    return id;
  }

  /** Adds a body that several entries name; returns its number. */
  addShared(body: Uint8Array): number {
    const { lastInsertRowid } = this.#database.query("INSERT INTO shared_body (body) VALUES (?)").run(body);
    return Number(lastInsertRowid);
  }

  /** Removes a profile; returns its bytes, or undefined where it is not there. */
  remove(book: LedgerBook, id: number): number | undefined {
    const row = this.#delete.get(id);
    if (row === null) return undefined;
    if (row.shared !== null) this.#dropIfUnused(row.shared);
    book.count(-1, -row.bytes);
    return row.bytes;
  }

  /** The whole of a profile; undefined where it is not there. */
  read(id: number): WholeEntry | undefined {
    return (
      this.#database
        .query<WholeEntry, [number]>(
          `SELECT entry.id, accepted_at, bytes, head, coalesce(entry.body, shared_body.body) AS body
           FROM entry LEFT JOIN shared_body ON shared_body.id = entry.shared WHERE entry.id = ?`,
        )
        .get(id) ?? undefined
    );
  }

  /** Profiles of a queue in their order, from an identifier on. */
  list(book: LedgerBook, from: number, limit: number): EntryRow[] {
    return this.#database
      .query<EntryRow, [number, number, number]>(
        "SELECT id, accepted_at, bytes FROM entry WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
      )
      .all(from, book.end, limit);
  }

  /** Profiles of a queue that are nobody's lease, the oldest first; those met may be removed on the way. */
  *unleased(book: LedgerBook): Generator<EntryRow> {
    let from = book.first;
    for (;;) {
      const rows = this.list(book, from, pageSize);
      for (const row of rows) if (!book.leases.isLeased(row.id)) yield row;
      const last = rows.at(-1);
      if (last === undefined) return;
      from = last.id + 1;
    }
  }

  /** Puts a profile at the end of another queue, its body untouched; returns its new identifier. */
  transfer(id: number, bytes: number, from: LedgerBook, to: LedgerBook): number {
    const place = to.takePlace();
    this.#database.query("UPDATE entry SET id = ? WHERE id = ?").run(place, id);
    from.count(-1, -bytes);
    to.count(1, bytes);
    return place;
  }

  #dropIfUnused(shared: number): void {
    this.#database
      .query("DELETE FROM shared_body WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM entry WHERE shared = ?1)")
      .run(shared);
  }
}
