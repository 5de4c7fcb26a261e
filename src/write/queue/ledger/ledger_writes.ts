import type { Clock, Timer } from "../../../base/clock.ts";
import type { QueuedProfile, Settlement } from "../queue_store.ts";
import { encodeHead } from "../queued_head.ts";
import type { AppendRecord, AppendResult, LedgerAnswer, LedgerWrite, SettleRecord } from "./ledger_calls.ts";
import type { LedgerChannel } from "./ledger_channel.ts";

/** How long leases that ended wait for profiles to be written with, in milliseconds. */
const lingerMs = 50;

/** How long leases that could not be ended wait for the next try, in milliseconds. */
const tryAgainMs = 1000;

/** Bytes of bodies in one write at most, but for one profile's that is larger: 4 MiB. */
const maxWriteBytes = 4 * 2 ** 20;

/** Profiles in one write at most. */
const maxWriteProfiles = 1024;

interface PendingAppend {
  readonly queue: string;
  readonly profile: QueuedProfile;
  readonly wantsLease: boolean;
  readonly resolve: (result: AppendResult) => void;
}

/** What gathers writes, and where they go. */
export interface LedgerWritesParts {
  readonly channel: LedgerChannel;
  readonly clock: Clock;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Told of each answer, and how long it took in milliseconds, before anybody who waits for it. */
  readonly onAnswer: (answer: LedgerAnswer, ms: number) => void;
}

/** Gathers what comes while a write is under way into the next one, so that many share a commit. */
export class LedgerWrites {
  readonly #parts: LedgerWritesParts;
  #appends: PendingAppend[] = [];
  #settlements: { readonly queue: string; readonly settlement: Settlement }[] = [];
  #lingering: Timer | undefined;
  #writing: Promise<void> | undefined;

  constructor(parts: LedgerWritesParts) {
    this.#parts = parts;
  }

  append(queue: string, profile: QueuedProfile, wantsLease: boolean): Promise<AppendResult> {
    return new Promise((resolve) => {
      this.#appends.push({ queue, profile, wantsLease, resolve });
      this.#begin();
    });
  }

  settle(queue: string, settlements: readonly Settlement[]): void {
    for (const settlement of settlements) this.#settlements.push({ queue, settlement });
    this.#linger(lingerMs);
  }

  /** Writes everything that waits; resolves when that has been tried. */
  async flush(): Promise<void> {
    this.#begin();
    await this.#writing;
    this.#lingering?.cancel();
  }

  #linger(ms: number): void {
    if (this.#lingering !== undefined || this.#writing !== undefined) return;
    this.#lingering = this.#parts.clock.schedule(ms, () => this.#begin());
  }

  #begin(): void {
    if (this.#writing !== undefined) return;
    this.#lingering?.cancel();
    this.#lingering = undefined;
    let isDone = false;
    this.#writing = this.#writeAll()
      .then((isAllWritten) => {
        isDone = isAllWritten;
      })
      .finally(() => {
        this.#writing = undefined;
        if (this.#appends.length > 0) this.#begin();
        else if (this.#settlements.length > 0) this.#linger(isDone ? lingerMs : tryAgainMs);
      });
  }

  /** Writes until nothing waits; false where it had to end before. */
  async #writeAll(): Promise<boolean> {
    while (this.#appends.length > 0 || this.#settlements.length > 0) {
      // What comes in one turn of the event loop comes together: one profile for several queues above all.
      await turnOfEventLoop();
      const isSettled = await this.#write();
      if (!isSettled) return false;
    }
    return true;
  }

  /** One write; false where leases could not be ended and must be tried again. */
  async #write(): Promise<boolean> {
    const { channel, clock, onAnswer } = this.#parts;
    const settlements = this.#settlements;
    this.#settlements = [];
    const appends = this.#takeAppends();
    const bodies = new Bodies();
    const startedAt = clock.now();
    const answer = await channel.call(this.#request(appends, settlements, bodies), bodies.all);
    onAnswer(answer, clock.now() - startedAt);
    const { result, setAside } = answer.reply;
    const reason = result.type === "failed" ? result.reason : "there was no answer";
    appends.forEach(({ resolve }, index) => {
      const own = result.type === "written" ? result.appends[index] : undefined;
      resolve(own ?? { type: "failed", reason });
    });
    const hasSettled = result.type === "written" ? result.hasSettled : setAside !== undefined;
    if (!hasSettled) this.#settlements.unshift(...settlements);
    return hasSettled;
  }

  #takeAppends(): PendingAppend[] {
    let bytes = 0;
    let count = 0;
    for (const { profile } of this.#appends) {
      bytes += profile.body.byteLength;
      if (count > 0 && (bytes > maxWriteBytes || count >= maxWriteProfiles)) break;
      count += 1;
    }
    return this.#appends.splice(0, count);
  }

  #request(
    appends: readonly PendingAppend[],
    settlements: readonly { readonly queue: string; readonly settlement: Settlement }[],
    bodies: Bodies,
  ): LedgerWrite {
    return {
      type: "write",
      now: this.#parts.now(),
      settlements: settlements.map(({ queue, settlement }) => settleRecord(queue, settlement, bodies)),
      appends: appends.map(({ queue, profile, wantsLease }): AppendRecord => {
        return { queue, wantsLease, ...profileRecord(profile, bodies) };
      }),
    };
  }
}

function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The bodies of one write, each of them once. */
class Bodies {
  readonly all: Uint8Array[] = [];
  readonly #places = new Map<Uint8Array, number>();

  place(body: Uint8Array): number {
    let place = this.#places.get(body);
    if (place === undefined) {
      place = this.all.push(body) - 1;
      this.#places.set(body, place);
    }
    return place;
  }
}

function profileRecord(profile: QueuedProfile, bodies: Bodies) {
  return {
    acceptedAt: profile.acceptedAt,
    head: encodeHead(profile),
    body: bodies.place(profile.body),
  };
}

function settleRecord(queue: string, settlement: Settlement, bodies: Bodies): SettleRecord {
  // Leases of a ledger are its own numbers.
  const lease = Number(settlement.lease);
  if (settlement.type !== "split") return { queue, lease, as: settlement };
  const parts = settlement.parts.map((part) => profileRecord(part, bodies));
  return { queue, lease, as: { type: "split", parts } };
}
