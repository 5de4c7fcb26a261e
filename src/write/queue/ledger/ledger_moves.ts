import type { Database } from "bun:sqlite";
import { existsSync, rmSync } from "node:fs";
import { DropCount, type LedgerBook } from "./ledger_book.ts";
import { openLedgerFile } from "./ledger_file.ts";
import { LedgerTransactions } from "./ledger_transaction.ts";

/** Profiles that one request moves at most, so that others get their turn. */
const pageSize = 256;

/** How many were moved, and whether there are more. */
export interface Moved {
  readonly count: number;
  readonly more: boolean;
}

/** Moves what is not leased from a queue to the end of another, and all its dead letters. */
export function move(queue: string, to: string, transactions: LedgerTransactions, drops: DropCount): Moved {
  const from = transactions.book(queue);
  if (from === undefined || queue === to) return { count: 0, more: false };
  const moved = transactions.run(drops, ({ entries, letters, bookFor, afterwards }) => {
    const target = bookFor(to);
    const { letters: letterCount } = from.sums;
    letters.transferAll(from, target);
    const rows = entries.unleased(from).take(pageSize).toArray();
    for (const { id, bytes } of rows) {
      entries.transfer(id, bytes, from, target);
      afterwards(() => from.leases.forget(id));
    }
    return { count: rows.length + letterCount, more: rows.length === pageSize };
  });
  transactions.forgetIfUnused(from);
  return moved;
}

/** Removes a queue with all that is in it; leases on it end. */
export function remove(
  queue: string,
  database: Database,
  transactions: LedgerTransactions,
  drops: DropCount,
): number {
  const book = transactions.book(queue);
  if (book === undefined) return 0;
  const { profiles, bytes, letters, letterBytes } = book.sums;
  transactions.run(drops, (transaction) => {
    database.query("DELETE FROM entry WHERE id >= ? AND id < ?").run(book.first, book.end);
    database
      .query("DELETE FROM shared_body WHERE id NOT IN (SELECT shared FROM entry WHERE shared IS NOT NULL)")
      .run();
    database.query("DELETE FROM dead_letter WHERE queue = ?").run(book.number);
    book.count(-profiles, -bytes);
    book.countLetters(-letters, -letterBytes);
    transaction.drops.addMany(queue, "profiles", "operator", profiles, bytes);
    transaction.drops.addMany(queue, "letters", "operator", letters, letterBytes);
    transaction.afterwards(() => book.leases.clear(book.end));
  });
  transactions.forgetIfUnused(book);
  return profiles + letters;
}

/**
 * Takes over what lies in another file, a little at a time, and removes the file in the end. Profiles are in both
 * files for a moment rather than in none.
 *
 * @throws CodedError `failed_precondition` where somebody still uses that file.
 */
export function adopt(path: string, nowMs: number, own: LedgerTransactions): Moved {
  if (!existsSync(path)) return { count: 0, more: false };
  const { database } = openLedgerFile(path, nowMs);
  let isEmpty = false;
  try {
    const source = new LedgerTransactions(database);
    const count = source.books.reduce((sum, book) => sum + adoptQueue(book, source, own), 0);
    isEmpty = source.books.every(({ sums }) => sums.profiles === 0 && sums.letters === 0);
    return { count, more: !isEmpty };
  } finally {
    database.close();
    if (isEmpty)
      for (const suffix of ["", "-wal", "-shm", ".reserve"]) rmSync(path + suffix, { force: true });
  }
}

function adoptQueue(book: LedgerBook, source: LedgerTransactions, own: LedgerTransactions): number {
  const rows = source.entries.list(book, book.first, pageSize);
  const ids = source.letters.oldest(book, pageSize);
  own.run(new DropCount(), ({ entries, letters, bookFor }) => {
    const target = bookFor(book.name);
    for (const { id } of rows) {
      const entry = source.entries.read(id);
      if (entry === undefined) continue;
      const { accepted_at: acceptedAt, head, body } = entry;
      entries.add(target, { acceptedAt, head, body, shared: undefined });
    }
    for (const id of ids) {
      const letter = source.letters.get(book, id);
      if (letter !== undefined) letters.add(target, letter, letter.reason, letter.refused_at);
    }
  });
  source.run(new DropCount(), ({ entries, letters }) => {
    for (const { id } of rows) entries.remove(book, id);
    for (const id of ids) letters.remove(book, id);
  });
  return rows.length + ids.length;
}
