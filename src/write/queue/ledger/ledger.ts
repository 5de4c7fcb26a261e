import type { Database } from "bun:sqlite";
import { CodedError, messageOf } from "../../../base/failure.ts";
import type { QueueLimits, QueueStats } from "../queue_store.ts";
import { DropCount } from "./ledger_book.ts";
import type { LedgerAnswer, LedgerReply, LedgerRequest, LedgerResult, LedgerWrite } from "./ledger_calls.ts";
import { claim, expire, removeExpired } from "./ledger_claim.ts";
import { LedgerCompaction } from "./ledger_compaction.ts";
import {
  describeFullDisk,
  describeStorageFailure,
  isDamage,
  isFullDisk,
  openLedgerFile,
  setFileAside,
} from "./ledger_file.ts";
import { letterRequest } from "./ledger_letters.ts";
import { adopt, move, remove } from "./ledger_moves.ts";
import { LedgerReserve } from "./ledger_reserve.ts";
import { LedgerTransactions } from "./ledger_transaction.ts";
import { write } from "./ledger_write.ts";

/**
 * Queues in an SQLite file, or in memory. All calls are synchronous: a file's ledger belongs into a worker.
 *
 * What a crash leaves behind, by where it strikes:
 * - before a commit is on stable storage: its profiles are gone, and nobody was told that they are safe;
 * - after that: they are there and nobody's lease; what was delivered but not yet removed is delivered once more;
 * - while the write-ahead log is brought into the file: the log still has everything, and is read again.
 */
export class Ledger {
  readonly #path: string;
  #database: Database;
  #transactions: LedgerTransactions;
  #compaction: LedgerCompaction;
  readonly #reserve: LedgerReserve;
  /** Why nothing can be written at present, in words; undefined where it can. */
  #problem: string | undefined;
  /** Where a damaged file has gone, until somebody was told. */
  #setAside: string | undefined;

  /**
   * @param path `:memory:` keeps everything in the process.
   * @throws CodedError where the file can't be opened, or somebody else uses it.
   */
  constructor(path: string, nowMs: number) {
    this.#path = path;
    const { database, setAside } = openLedgerFile(path, nowMs);
    this.#setAside = setAside;
    this.#database = database;
    this.#transactions = new LedgerTransactions(database);
    this.#reserve = new LedgerReserve(path);
    this.#compaction = new LedgerCompaction(database, this.#reserve);
    this.#reserve.hold();
  }

  /** Answers a request; what fails is part of the answer. */
  handle(request: LedgerRequest, bodies: readonly Uint8Array[]): LedgerAnswer {
    const drops = new DropCount();
    const found: Uint8Array[] = [];
    const result = this.#guard(() => this.#perform(request, bodies, found, drops));
    const stats = this.#statsOrNewFile(affected(request));
    const setAside = this.#setAside;
    this.#setAside = undefined;
    const reply: LedgerReply = {
      result,
      stats,
      drops: drops.all,
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
      ...(setAside === undefined ? {} : { setAside }),
    };
    return { reply, bodies: result.type === "failed" ? [] : found };
  }

  /** Does what can wait until an answer has left. */
  relax(): void {
    const checkpointed = this.#guard(() => {
      this.#compaction.checkpointIfDue();
      return done(0);
    });
    if (checkpointed.type === "failed" && !this.#reserve.isSpent) this.#guard(() => this.#makeRoom());
  }

  close(): void {
    this.#database.close();
  }

  #perform(
    request: LedgerRequest,
    bodies: readonly Uint8Array[],
    found: Uint8Array[],
    drops: DropCount,
  ): LedgerResult {
    const transactions = this.#transactions;
    switch (request.type) {
      case "write":
        return this.#write(request, bodies, drops);
      case "configure":
        return this.#configure(request.queue, request.limits);
      case "claim": {
        const { result, expired } = claim(request, transactions, found);
        // Where that can't be written now, it is when the ledger is tended.
        this.#guard(() => removeExpired(request.queue, expired, transactions, drops));
        return result;
      }
      case "tend": {
        const { books } = transactions;
        const hasMore = books.map((book) => expire(book, request.now, transactions, drops)).includes(true);
        return done(0, hasMore);
      }
      case "compact":
        return this.#compact();
      case "move":
        return { type: "done", ...move(request.queue, request.to, transactions, drops) };
      case "remove":
        return done(remove(request.queue, this.#database, transactions, drops));
      case "adopt":
        return { type: "done", ...adopt(request.path, request.now, transactions) };
      default:
        return transactions.run(drops, (transaction) => letterRequest(request, transaction, found));
    }
  }

  #configure(queue: string, limits: QueueLimits | undefined): LedgerResult {
    const transactions = this.#transactions;
    const book =
      limits === undefined
        ? transactions.book(queue)
        : transactions.run(new DropCount(), ({ bookFor }) => bookFor(queue));
    if (book === undefined) return done(0);
    book.limits = limits;
    // The waits were those of an endpoint that is gone: whoever takes over what is left gets all of it.
    if (limits === undefined) book.leases.endWaits();
    transactions.forgetIfUnused(book);
    return done(1);
  }

  #write(request: LedgerWrite, bodies: readonly Uint8Array[], drops: DropCount): LedgerResult {
    if (request.appends.length > 0 && this.#reserve.isSpent) {
      return this.#settleAlone(request, bodies, drops, describeFullDisk);
    }
    try {
      const appends = this.#transactions.run(drops, (transaction) => write(request, bodies, transaction));
      this.#compaction.count(request, bodies);
      if (!this.#reserve.isSpent) this.#problem = undefined;
      return { type: "written", appends, hasSettled: true };
    } catch (thrown) {
      if (isDamage(thrown)) throw thrown;
      const hasRoom = isFullDisk(thrown) && !this.#reserve.isSpent;
      if (hasRoom) this.#guard(() => this.#makeRoom());
      if (request.appends.length === 0 && !hasRoom) throw thrown;
      return this.#settleAlone(request, bodies, drops, describeStorageFailure(thrown));
    }
  }

  // Where the disk is full, what ends may still be written, and that makes room.
  #settleAlone(
    request: LedgerWrite,
    bodies: readonly Uint8Array[],
    drops: DropCount,
    reason: string,
  ): LedgerResult {
    this.#problem = reason;
    const appends = request.appends.map(() => ({ type: "failed", reason }) as const);
    if (request.settlements.length === 0) return { type: "written", appends, hasSettled: true };
    const settled = this.#guard(() => this.#write({ ...request, appends: [] }, bodies, drops));
    return { type: "written", appends, hasSettled: settled.type === "written" };
  }

  #makeRoom(): LedgerResult {
    this.#compaction.makeRoom();
    return done(0);
  }

  #compact(): LedgerResult {
    const more = this.#compaction.step();
    if (this.#reserve.isSpent) this.#problem = describeFullDisk;
    else if (this.#problem === describeFullDisk) this.#problem = undefined;
    return done(0, more);
  }

  #guard(work: () => LedgerResult): LedgerResult {
    try {
      return work();
    } catch (thrown) {
      if (isDamage(thrown)) this.#startOver();
      const isOrder = thrown instanceof CodedError;
      const reason = isOrder ? messageOf(thrown) : describeStorageFailure(thrown);
      if (!isOrder) this.#problem = reason;
      return { type: "failed", reason };
    }
  }

  // The file is kept for whoever wants to look into it; the limits of the queues hold on.
  #startOver(): void {
    const limits = this.#transactions.books.map(({ name, limits: ofBook }) => [name, ofBook] as const);
    this.#database.close();
    const nowMs = Date.now();
    this.#setAside = setFileAside(this.#path, nowMs);
    this.#database = openLedgerFile(this.#path, nowMs).database;
    this.#transactions = new LedgerTransactions(this.#database);
    this.#compaction = new LedgerCompaction(this.#database, this.#reserve);
    for (const [name, ofBook] of limits) this.#configure(name, ofBook);
  }

  #statsOrNewFile(queues: ReadonlySet<string> | "all"): Record<string, QueueStats | null> {
    try {
      return this.#stats(queues);
    } catch (thrown) {
      if (!isDamage(thrown)) return {};
      this.#startOver();
      return this.#stats("all");
    }
  }

  #stats(queues: ReadonlySet<string> | "all"): Record<string, QueueStats | null> {
    const names = queues === "all" ? this.#transactions.books.map(({ name }) => name) : [...queues];
    const stats: Record<string, QueueStats | null> = {};
    for (const name of names) stats[name] = this.#transactions.book(name)?.stats(this.#database) ?? null;
    return stats;
  }
}

function done(count: number, more = false): LedgerResult {
  return { type: "done", count, more };
}

function affected(request: LedgerRequest): ReadonlySet<string> | "all" {
  switch (request.type) {
    case "write":
      return new Set([...request.appends, ...request.settlements].map(({ queue }) => queue));
    case "tend":
    case "adopt":
    case "configure":
      return "all";
    case "compact":
      return new Set();
    case "move":
    case "resend_letters":
      return new Set([request.queue, request.to]);
    default:
      return new Set([request.queue]);
  }
}
