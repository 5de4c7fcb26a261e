import type { Database } from "bun:sqlite";
import { EntryTable } from "./entry_table.ts";
import { DropCount, LedgerBook, type QueueRow } from "./ledger_book.ts";
import { LetterTable } from "./letter_table.ts";

/** What a transaction works on. */
export interface Transaction {
  readonly entries: EntryTable;
  readonly letters: LetterTable;
  readonly drops: DropCount;
  readonly book: (queue: string) => LedgerBook | undefined;
  /** The book of a queue, which is made where there is none. */
  readonly bookFor: (queue: string) => LedgerBook;
  /** Does something to leases once the transaction is on disk; leases are not undone with it. */
  readonly afterwards: (action: () => void) => void;
}

/** The books of a file, and the transactions that keep them and the file alike. */
export class LedgerTransactions {
  readonly entries: EntryTable;
  readonly letters: LetterTable;
  readonly #database: Database;
  readonly #books = new Map<string, LedgerBook>();

  constructor(database: Database) {
    this.#database = database;
    this.entries = new EntryTable(database);
    this.letters = new LetterTable(database);
    for (const row of database.query<QueueRow, []>("SELECT * FROM queue").all()) {
      this.#books.set(row.name, new LedgerBook(row));
    }
  }

  /** All queues. */
  get books(): readonly LedgerBook[] {
    return [...this.#books.values()];
  }

  book(queue: string): LedgerBook | undefined {
    return this.#books.get(queue);
  }

  /** Does `work` as a whole or not at all; throws what SQLite throws, and then nothing has changed. */
  run<Result>(drops: DropCount, work: (transaction: Transaction) => Result): Result {
    const afterwards: (() => void)[] = [];
    const made: LedgerBook[] = [];
    const dropped = new DropCount();
    for (const book of this.#books.values()) book.begin();
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      const result = work({
        entries: this.entries,
        letters: this.letters,
        drops: dropped,
        book: (queue) => this.#books.get(queue),
        bookFor: (queue) => this.#books.get(queue) ?? this.#make(queue, made),
        afterwards: (action) => afterwards.push(action),
      });
      for (const book of this.#books.values()) if (book.isTouched) this.#save(book);
      this.#database.exec("COMMIT");
      for (const action of afterwards) action();
      drops.addAll(dropped);
      return result;
    } catch (thrown) {
      for (const book of this.#books.values()) book.undo();
      for (const book of made) this.#books.delete(book.name);
      // Where the disk is full, SQLite has done it already.
      if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
      throw thrown;
    }
  }

  /** Forgets a queue that is empty and has no endpoint. */
  forgetIfUnused(book: LedgerBook): void {
    if (book.limits !== undefined || book.sums.profiles > 0 || book.sums.letters > 0) return;
    this.#database.query("DELETE FROM queue WHERE number = ?").run(book.number);
    this.#books.delete(book.name);
  }

  #make(name: string, made: LedgerBook[]): LedgerBook {
    const numbers = new Set([...this.#books.values()].map(({ number }) => number));
    let number = 1;
    while (numbers.has(number)) number += 1;
    const row = { number, name, next: 1, profiles: 0, bytes: 0, letters: 0, letter_bytes: 0 };
    const book = new LedgerBook(row);
    this.#database
      .query("INSERT INTO queue VALUES (?, ?, ?, 0, 0, 0, 0)")
      .run(row.number, row.name, row.next);
    book.begin();
    this.#books.set(name, book);
    made.push(book);
    return book;
  }

  #save({ sums, number }: LedgerBook): void {
    this.#database
      .query(
        "UPDATE queue SET next = ?, profiles = ?, bytes = ?, letters = ?, letter_bytes = ? WHERE number = ?",
      )
      .run(sums.next, sums.profiles, sums.bytes, sums.letters, sums.letterBytes, number);
  }
}
