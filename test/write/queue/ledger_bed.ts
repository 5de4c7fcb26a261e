import { expect } from "bun:test";
import { Ledger } from "../../../src/write/queue/ledger/ledger.ts";
import type {
  AppendRecord,
  ClaimedRecord,
  LeaseEnding,
  LedgerDrop,
  LedgerReply,
  LedgerRequest,
  LetterRecord,
  SettleRecord,
} from "../../../src/write/queue/ledger/ledger_calls.ts";
import type { QueueLimits, QueueStats } from "../../../src/write/queue/queue_store.ts";

/** The queue that is meant where none is named. */
export const theQueue = "pyroscope.write.w:e";

/** Limits that nothing in these tests reaches. */
export const roomy: QueueLimits = {
  maxBytes: 2 ** 30,
  maxAgeMs: 3_600_000,
  onFull: "reject",
  deadLetters: { maxBytes: 2 ** 30, maxAgeMs: 3_600_000 },
};

/** A claimed profile, by the name that it was appended with. */
export interface NamedLease {
  readonly name: string;
  readonly lease: number;
  readonly attempts: number;
}

/** A profile that is appended, by its name. */
type NamedAppend = Pick<AppendRecord, "queue" | "wantsLease" | "ending"> & { readonly name: string };

/** A body that tells which profile it belongs to. */
export function bodyOf(name: string, bytes = 20): Uint8Array {
  return Buffer.from(name.padEnd(bytes, "."));
}

/** The head of a profile in these tests: its name. */
export function headOf(name: string): string {
  return JSON.stringify({ name });
}

/** A ledger and what was asked of it. */
export class LedgerBed implements Disposable {
  readonly path: string;
  readonly drops: LedgerDrop[] = [];
  /** Where damaged files have gone. */
  readonly setAside: string[] = [];
  now = 1_800_000_000_000;
  #ledger: Ledger;

  constructor(path = ":memory:", limits: QueueLimits = roomy) {
    this.path = path;
    this.#ledger = new Ledger(path, this.now);
    this.configure(theQueue, limits);
  }

  /** As a crash and a new start would have it: nothing is written at the end. */
  reopen(limits: QueueLimits = roomy): void {
    this.#ledger.close();
    this.#ledger = new Ledger(this.path, this.now);
    this.configure(theQueue, limits);
  }

  ask(request: LedgerRequest, bodies: readonly Uint8Array[] = []) {
    const answer = this.#ledger.handle(request, bodies);
    this.drops.push(...answer.reply.drops);
    if (answer.reply.setAside !== undefined) this.setAside.push(answer.reply.setAside);
    this.#ledger.relax();
    return answer;
  }

  configure(queue: string, limits: QueueLimits | undefined): LedgerReply {
    return this.ask({ type: "configure", queue, limits }).reply;
  }

  /** Appends one profile; its lease, null where it has none, or why it was not stored. */
  append(name: string, wantsLease = false, bytes = 20, queue = theQueue): number | string | null {
    const [result] = this.appendAll([{ name, queue, wantsLease }], bytes);
    return result === undefined ? "no answer" : result;
  }

  /** Appends one profile whose lease has ended before it came; null, or why it was not stored. */
  appendEnded(name: string, ending: LeaseEnding, bytes = 20): number | string | null {
    const [result] = this.appendAll([{ name, queue: theQueue, wantsLease: false, ending }], bytes);
    return result === undefined ? "no answer" : result;
  }

  /** Appends several in one write; those of the same name share their body. */
  appendAll(profiles: readonly NamedAppend[], bytes = 20): (number | string | null)[] {
    const names = [...new Set(profiles.map(({ name }) => name))];
    const appends = profiles.map(({ name, ...others }) => ({
      ...others,
      acceptedAt: this.now,
      head: headOf(name),
      body: names.indexOf(name),
    }));
    const bodies = names.map((name) => bodyOf(name, bytes));
    const { result } = this.ask({ type: "write", now: this.now, settlements: [], appends }, bodies).reply;
    const results = result.type === "written" ? result.appends : [];
    return results.map((one) => (one.type === "stored" ? one.lease : one.type));
  }

  /** Claims profiles; their bodies must be the ones that they were appended with. */
  claim(maxProfiles = 1000, queue = theQueue, maxBytes = 2 ** 30): NamedLease[] {
    const { reply, bodies } = this.ask({ type: "claim", queue, now: this.now, maxProfiles, maxBytes });
    const claimed: readonly ClaimedRecord[] = reply.result.type === "claimed" ? reply.result.profiles : [];
    return claimed.map(({ lease, attempts, head, body }) => {
      const { name } = JSON.parse(head);
      expect(Buffer.from(bodies[body] ?? []).toString()).toStartWith(name);
      return { name, lease, attempts };
    });
  }

  settle(lease: number, as: SettleRecord["as"], bodies: readonly Uint8Array[] = [], queue = theQueue) {
    const settlements = [{ queue, lease, as }];
    return this.ask({ type: "write", now: this.now, settlements, appends: [] }, bodies).reply.result;
  }

  /** Dead letters, the newest first, by name. */
  letters(queue = theQueue): (LetterRecord & { readonly name: string })[] {
    const { result } = this.ask({ type: "letters", queue, limit: 1000 }).reply;
    const letters = result.type === "letters" ? result.letters : [];
    return letters.map((letter) => ({ ...letter, name: JSON.parse(letter.head).name }));
  }

  stats(queue = theQueue): QueueStats | null {
    return this.ask({ type: "tend", now: 0 }).reply.stats[queue] ?? null;
  }

  tend(): void {
    while (isUnfinished(this.ask({ type: "tend", now: this.now }).reply));
  }

  compact(): void {
    while (isUnfinished(this.ask({ type: "compact" }).reply));
  }

  [Symbol.dispose](): void {
    this.#ledger.close();
  }
}

function isUnfinished({ result }: LedgerReply): boolean {
  return result.type === "done" && result.more;
}
