import type { Clock, Timer } from "../../../base/clock.ts";
import { CodedError, messageOf } from "../../../base/failure.ts";
import type {
  Appended,
  Arrival,
  ClaimSize,
  DeadLetter,
  DeadLetterStore,
  Leased,
  QueuedProfile,
  QueueLimits,
  QueueObserver,
  QueueStats,
  QueueStore,
  Settlement,
} from "../queue_store.ts";
import { decodeHead, decodeProfile } from "../queued_head.ts";
import type { LedgerAnswer, LedgerDrop, LedgerReply, LedgerRequest, LetterRecord } from "./ledger_calls.ts";
import type { LedgerChannel } from "./ledger_channel.ts";
import { LedgerWrites } from "./ledger_writes.ts";

/** How often what is too old is looked for, in milliseconds. */
const tendEveryMs = 5000;

/** What a store works with. */
export interface LedgerStoreParts {
  readonly channel: LedgerChannel;
  readonly isLasting: boolean;
  readonly clock: Clock;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Told of a file that was damaged and is now called otherwise. */
  readonly onSetAside: (path: string) => void;
}

/** Queues that a ledger keeps, in a file or in memory. */
export class LedgerStore implements QueueStore {
  readonly isLasting: boolean;
  readonly #parts: LedgerStoreParts;
  readonly #writes: LedgerWrites;
  readonly #stats = new Map<string, QueueStats>();
  readonly #observers: QueueObserver[] = [];
  #tending: Timer | undefined;
  #problem: string | undefined;
  #isClosed = false;

  constructor(parts: LedgerStoreParts) {
    this.#parts = parts;
    this.isLasting = parts.isLasting;
    const { channel, clock, now } = parts;
    const onAnswer = (answer: LedgerAnswer, ms: number) => this.#afterWrite(answer, ms);
    this.#writes = new LedgerWrites({ channel, clock, now, onAnswer });
  }

  /** Opens it; throws a CodedError where that can't be done, or another process uses it. */
  async open(): Promise<void> {
    await this.#parts.channel.open();
    await this.#call({ type: "tend", now: this.#parts.now() });
    this.#tendLater();
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  observe(observer: QueueObserver): void {
    this.#observers.push(observer);
  }

  queues(): readonly string[] {
    return [...this.#stats.keys()];
  }

  stats(queue: string): QueueStats | undefined {
    return this.#stats.get(queue);
  }

  async configure(queue: string, limits: QueueLimits | undefined): Promise<void> {
    // Leases that an endpoint gave back when it went must not seem to be held still.
    await this.#writes.flush();
    await this.#call({ type: "configure", queue, limits });
  }

  append(queue: string, profile: QueuedProfile): Promise<Appended> {
    return this.#writes.append(queue, profile);
  }

  admit(queue: string, profile: QueuedProfile, headStartMs: number): Arrival {
    // What is safe nowhere but here gains nothing by the wait. And whether a disk works again shows when it is used.
    const mayWait = this.isLasting && this.#problem === undefined;
    return this.#writes.admit(queue, profile, mayWait ? headStartMs : 0);
  }

  async claim(queue: string, { maxProfiles, maxBytes }: ClaimSize): Promise<readonly Leased[]> {
    const request: LedgerRequest = { type: "claim", queue, now: this.#parts.now(), maxProfiles, maxBytes };
    const { reply, bodies } = await this.#parts.channel.call(request, []);
    this.#absorb(reply);
    if (reply.result.type !== "claimed") return [];
    return reply.result.profiles.map(({ lease, attempts, head, acceptedAt, body }) => {
      const profile = decodeProfile(head, acceptedAt, bodyAt(bodies, body));
      return { lease, attempts, profile };
    });
  }

  settle(queue: string, settlements: readonly Settlement[]): void {
    this.#writes.settle(queue, settlements);
  }

  readonly deadLetters: DeadLetterStore = {
    list: async (queue, limit) => {
      const { result } = await this.#call({ type: "letters", queue, limit });
      return result.type === "letters" ? result.letters.map(letterOf) : [];
    },
    get: async (queue, id) => {
      const { reply, bodies } = await this.#parts.channel.call({ type: "letter", queue, id }, []);
      const [record] = reply.result.type === "letters" ? reply.result.letters : [];
      return record && { letter: letterOf(record), body: bodyAt(bodies, record.body) };
    },
    resend: (queue, id, to) =>
      this.#repeat(() => ({ type: "resend_letters", queue, id, to, now: this.#parts.now() })),
    remove: (queue, id) => this.#repeat(() => ({ type: "remove_letters", queue, id })),
  };

  move(queue: string, to: string): Promise<number> {
    return this.#repeat(() => ({ type: "move", queue, to }));
  }

  remove(queue: string): Promise<number> {
    return this.#repeat(() => ({ type: "remove", queue }));
  }

  /** Takes over what lies in the file of a store that nobody uses any more; returns how many profiles. */
  adopt(path: string): Promise<number> {
    return this.#repeat(() => ({ type: "adopt", path, now: this.#parts.now() }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#tending?.cancel();
    await this.#writes.close();
    await this.#parts.channel.close();
  }

  #afterWrite({ reply }: LedgerAnswer, ms: number): void {
    this.#absorb(reply);
    if (reply.result.type !== "written") return;
    for (const observer of this.#observers) observer.committed(ms);
  }

  async #call(request: LedgerRequest): Promise<LedgerReply> {
    const { reply } = await this.#parts.channel.call(request, []);
    this.#absorb(reply);
    return reply;
  }

  /** Asks for as long as there is more to do; returns how many were done. */
  async #repeat(request: () => LedgerRequest): Promise<number> {
    let count = 0;
    for (;;) {
      const { result } = await this.#call(request());
      if (result.type === "failed") throw new CodedError("unavailable", result.reason);
      if (result.type !== "done") return count;
      count += result.count;
      if (!result.more) return count;
    }
  }

  #absorb({ result, stats, drops, problem, setAside }: LedgerReply): void {
    // A ledger that can't be reached says so in its result alone.
    this.#problem = problem ?? (result.type === "failed" ? result.reason : undefined);
    if (setAside !== undefined) this.#parts.onSetAside(setAside);
    for (const [queue, one] of Object.entries(stats)) {
      if (one === null) this.#stats.delete(queue);
      else this.#stats.set(queue, one);
      if (one !== null && one.waiting > 0) this.#tellWaiting(queue);
    }
    for (const drop of drops) this.#tellDrop(drop);
  }

  #tellDrop({ queue, what, reason, profiles, bytes }: LedgerDrop): void {
    for (const observer of this.#observers) {
      if (what === "profiles") observer.dropped(queue, reason, profiles, bytes);
      else observer.deadLettersDropped(queue, reason, profiles);
    }
  }

  #tellWaiting(queue: string): void {
    for (const observer of this.#observers) observer.waiting(queue);
  }

  #tendLater(): void {
    this.#tending = this.#parts.clock.schedule(tendEveryMs, () => void this.#tend());
  }

  async #tend(): Promise<void> {
    try {
      await this.#repeat(() => ({ type: "tend", now: this.#parts.now() }));
      await this.#repeat(() => ({ type: "compact" }));
    } catch (thrown) {
      this.#problem = messageOf(thrown);
    }
    if (!this.#isClosed) this.#tendLater();
  }
}

function letterOf(record: LetterRecord): DeadLetter {
  const { id, queue, refusedAt, reason, bodyBytes, head, acceptedAt } = record;
  return { ...decodeHead(head, acceptedAt), id, queue, refusedAt, reason, bodyBytes };
}

function bodyAt(bodies: readonly Uint8Array[], index: number): Uint8Array {
  const body = bodies[index];
  if (body === undefined) throw new RangeError(`there is no body ${index}`);
  return body;
}
