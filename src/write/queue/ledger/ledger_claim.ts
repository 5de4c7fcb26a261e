import type { EntryTable } from "./entry_table.ts";
import type { DropCount, LedgerBook } from "./ledger_book.ts";
import type { ClaimedRecord, LedgerRequest, LedgerResult } from "./ledger_calls.ts";
import type { LedgerTransactions } from "./ledger_transaction.ts";

type ClaimRequest = Extract<LedgerRequest, { type: "claim" }>;

/** Leases what is due: first what was given back, then what was never handed out. Tells what is too old for it. */
export function claim(
  { queue, now, maxProfiles, maxBytes }: ClaimRequest,
  transactions: LedgerTransactions,
  bodies: Uint8Array[],
): { readonly result: LedgerResult; readonly expired: readonly number[] } {
  const book = transactions.book(queue);
  const profiles: ClaimedRecord[] = [];
  if (book === undefined) return { result: { type: "claimed", profiles }, expired: [] };
  const { entries } = transactions;
  const oldestAllowed = now - (book.limits?.maxAgeMs ?? Number.POSITIVE_INFINITY);
  const expired: number[] = [];
  let bytes = 0;
  for (const id of candidates(book, entries, now, maxProfiles)) {
    const entry = entries.read(id);
    if (entry === undefined) {
      book.leases.forget(id);
    } else if (entry.accepted_at < oldestAllowed) {
      expired.push(id);
    } else {
      bytes += entry.bytes;
      book.leases.lease(id);
      const attempts = book.leases.attempts(id) ?? 0;
      const { head, accepted_at: acceptedAt } = entry;
      profiles.push({ lease: id, attempts, head, acceptedAt, body: bodies.push(entry.body) - 1 });
      if (profiles.length >= maxProfiles || bytes >= maxBytes) break;
    }
  }
  return { result: { type: "claimed", profiles }, expired };
}

/** Passes over no more than what is taken. */
function* candidates(book: LedgerBook, entries: EntryTable, now: number, limit: number): Generator<number> {
  const isTurnOfReturned = book.leases.takeTurn();
  if (isTurnOfReturned) yield* book.leases.due(now, limit);
  for (;;) {
    const rows = entries.list(book, book.leases.cursor, limit);
    if (rows.length === 0) break;
    for (const { id } of rows) {
      book.leases.passTo(id + 1);
      if (!book.leases.isKnown(id)) yield id;
    }
  }
  if (!isTurnOfReturned) yield* book.leases.due(now, limit);
}

/** Drops what a claim found too old. */
export function removeExpired(
  queue: string,
  expired: readonly number[],
  transactions: LedgerTransactions,
  drops: DropCount,
): LedgerResult {
  const book = transactions.book(queue);
  if (book !== undefined && expired.length > 0) {
    transactions.run(drops, (transaction) => {
      for (const id of expired) {
        transaction.drops.add(queue, "profiles", "expired", transaction.entries.remove(book, id) ?? 0);
        transaction.afterwards(() => book.leases.forget(id));
      }
    });
  }
  return { type: "done", count: expired.length, more: false };
}

/** Entries that one request drops at most, so that others get their turn. */
const maxDrops = 1024;

/** Drops what waits for too long; returns whether there may be more. What is leased is let be. */
export function expire(
  book: LedgerBook,
  now: number,
  transactions: LedgerTransactions,
  drops: DropCount,
): boolean {
  const { limits } = book;
  if (limits === undefined) return false;
  return transactions.run(drops, ({ entries, letters, drops: dropped, afterwards }) => {
    letters.trim(book, now, dropped);
    let count = 0;
    for (const { id, accepted_at } of entries.unleased(book)) {
      if (accepted_at >= now - limits.maxAgeMs) return false;
      if (count === maxDrops) return true;
      count += 1;
      dropped.add(book.name, "profiles", "expired", entries.remove(book, id) ?? 0);
      afterwards(() => book.leases.forget(id));
    }
    return false;
  });
}
