import { type EntryTable, entryBytes } from "./entry_table.ts";
import type { DropCount, LedgerBook } from "./ledger_book.ts";
import type { AppendRecord, AppendResult, LeaseEnding, LedgerWrite } from "./ledger_calls.ts";
import type { Transaction } from "./ledger_transaction.ts";

/** Ends leases and adds profiles; what each profile became is in the order of the profiles. */
export function write(
  { settlements, appends, now }: LedgerWrite,
  bodies: readonly Uint8Array[],
  transaction: Transaction,
): AppendResult[] {
  for (const { queue, lease, as } of settlements) {
    const book = transaction.book(queue);
    if (book?.leases.isLeased(lease)) end(book, lease, as, bodies, now, transaction);
  }
  const writer = new BodyWriter(appends, bodies, transaction.entries);
  const arrivals = new Set<number>();
  return appends.map((record) => append(record, now, writer, arrivals, transaction));
}

/** Ends the lease of a profile. */
function end(
  book: LedgerBook,
  lease: number,
  as: LeaseEnding,
  bodies: readonly Uint8Array[],
  now: number,
  { entries, letters, drops, afterwards }: Transaction,
): void {
  if (as.type === "retry") {
    afterwards(() => book.leases.giveBack(lease, now + as.delayMs, as.isAttempt));
    return;
  }
  const entry = as.type === "delivered" || as.type === "dropped" ? undefined : entries.read(lease);
  const bytes = entries.remove(book, lease);
  afterwards(() => book.leases.forget(lease));
  if (bytes === undefined) return;
  if (as.type === "dropped") drops.add(book.name, "profiles", as.reason, bytes);
  if (as.type === "refused" && entry !== undefined) {
    letters.add(book, entry, as.reason, now);
    letters.trim(book, now, drops);
  }
  if (as.type === "split") {
    for (const { head, acceptedAt, body } of as.parts) {
      entries.add(book, { head, acceptedAt, body: bodyAt(bodies, body), shared: undefined });
    }
  }
}

function append(
  { queue, acceptedAt, head, body: index, wantsLease, ending }: AppendRecord,
  now: number,
  writer: BodyWriter,
  arrivals: Set<number>,
  transaction: Transaction,
): AppendResult {
  const { entries, book: bookOf, drops, afterwards } = transaction;
  const book = bookOf(queue);
  if (book?.limits === undefined) return { type: "failed", reason: "the queue has no endpoint any more" };
  const body = writer.body(index);
  const bytes = entryBytes(head, body);
  // A dead letter needs no room in the queue.
  const staysHere = ending?.type !== "refused";
  if (staysHere && !hasRoom(book, bytes, arrivals, entries, drops, afterwards)) return { type: "full" };
  const id = entries.add(book, { acceptedAt, head, body, shared: writer.shared(index) });
  if (!wantsLease && ending === undefined) return { type: "stored", lease: null };
  arrivals.add(id);
  afterwards(() => {
    book.leases.lease(id);
    // Where nothing waits before it, the walk along the queue goes on behind it.
    if (book.leases.cursor === id) book.leases.passTo(id + 1);
  });
  if (ending === undefined) return { type: "stored", lease: id };
  end(book, id, ending, writer.bodies, now, transaction);
  return { type: "stored", lease: null };
}

function hasRoom(
  book: LedgerBook,
  bytes: number,
  arrivals: ReadonlySet<number>,
  entries: EntryTable,
  drops: DropCount,
  afterwards: Transaction["afterwards"],
): boolean {
  const { maxBytes, onFull } = book.limits ?? { maxBytes: 0, onFull: "reject" };
  if (book.sums.bytes + bytes <= maxBytes) return true;
  if (onFull === "reject" || bytes > maxBytes) return false;
  const oldest: number[] = [];
  let missing = book.sums.bytes + bytes - maxBytes;
  for (const entry of entries.unleased(book)) {
    // What arrived just now may be leased in a moment.
    if (missing <= 0 || arrivals.has(entry.id)) break;
    oldest.push(entry.id);
    missing -= entry.bytes;
  }
  if (missing > 0) return false;
  for (const id of oldest) {
    drops.add(book.name, "profiles", "full", entries.remove(book, id) ?? 0);
    afterwards(() => book.leases.forget(id));
  }
  return true;
}

/** Writes a body once, however many of the profiles that come together have it. */
class BodyWriter {
  readonly bodies: readonly Uint8Array[];
  readonly #entries: EntryTable;
  readonly #uses = new Map<number, number>();
  readonly #shared = new Map<number, number>();

  constructor(appends: readonly AppendRecord[], bodies: readonly Uint8Array[], entries: EntryTable) {
    this.bodies = bodies;
    this.#entries = entries;
    for (const { body } of appends) this.#uses.set(body, (this.#uses.get(body) ?? 0) + 1);
  }

  body(index: number): Uint8Array {
    return bodyAt(this.bodies, index);
  }

  /** The number of the shared body; undefined where only one profile has it. */
  shared(index: number): number | undefined {
    if ((this.#uses.get(index) ?? 0) < 2) return undefined;
    let shared = this.#shared.get(index);
    if (shared === undefined) {
      shared = this.#entries.addShared(this.body(index));
      this.#shared.set(index, shared);
    }
    return shared;
  }
}

function bodyAt(bodies: readonly Uint8Array[], index: number): Uint8Array {
  const body = bodies[index];
  if (body === undefined) throw new RangeError(`there is no body ${index}`);
  return body;
}
