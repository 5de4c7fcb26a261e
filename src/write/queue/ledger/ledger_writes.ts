import type { Clock } from "../../../base/clock.ts";
import { EarliestTimer } from "../../../base/earliest_timer.ts";
import { ArrivingProfile, type Ending, endingOf } from "../arriving_profile.ts";
import type { Appended, QueuedProfile, Settlement } from "../queue_store.ts";
import type { AppendRecord, LedgerAnswer, LedgerWrite } from "./ledger_calls.ts";
import type { LedgerChannel } from "./ledger_channel.ts";
import { Bodies, leaseEnding, profileRecord } from "./ledger_records.ts";

/** How long leases that ended wait for profiles to be written with, in milliseconds. */
const lingerMs = 50;

/** How long leases that could not be ended wait for the next try, in milliseconds. */
const tryAgainMs = 1000;

/** Bytes of bodies in one write at most, but for one profile's that is larger: 4 MiB. */
const maxWriteBytes = 4 * 2 ** 20;

/** Profiles in one write at most. */
const maxWriteProfiles = 1024;

/** A lease that ended and is to be written down. */
interface Settled {
  readonly queue: string;
  readonly settlement: Settlement;
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

/**
 * Gathers what comes while a write is under way into the next one, so that many share a commit. What is sent meanwhile
 * has a head start: it is left out until that is over, and for good where it is delivered before.
 */
export class LedgerWrites {
  readonly #parts: LedgerWritesParts;
  /** Those that were forgotten are left out in the next look. A Set would hold bodies for longer. */
  #arriving: ArrivingProfile[] = [];
  #settled: Settled[] = [];
  readonly #later: EarliestTimer;
  #writing: Promise<void> | undefined;
  #isFlushing = false;

  constructor(parts: LedgerWritesParts) {
    this.#parts = parts;
    this.#later = new EarliestTimer(parts.clock, () => this.#begin());
  }

  append(queue: string, profile: QueuedProfile): Promise<Appended> {
    return this.#add(new ArrivingProfile(queue, profile, false, Number.NEGATIVE_INFINITY)).stored;
  }

  admit(queue: string, profile: QueuedProfile, headStartMs: number): ArrivingProfile {
    return this.#add(new ArrivingProfile(queue, profile, true, this.#parts.clock.now() + headStartMs));
  }

  settle(queue: string, settlements: readonly Settlement[]): void {
    for (const settlement of settlements) {
      const { lease } = settlement;
      if (lease instanceof ArrivingProfile) this.#end(lease, endingOf(settlement));
      else this.#settled.push({ queue, settlement });
    }
    if (this.#settled.length > 0) this.#beginIn(lingerMs);
  }

  /** Writes everything that waits; resolves when that has been tried. */
  async flush(): Promise<void> {
    this.#isFlushing = true;
    // What is under way may be at its end, and take nothing more along.
    await this.#writing;
    this.#begin();
    await this.#writing;
    this.#isFlushing = false;
  }

  /** Writes everything that waits, and then no more by itself. */
  async close(): Promise<void> {
    await this.flush();
    this.#later.cancel();
  }

  #add(arriving: ArrivingProfile): ArrivingProfile {
    this.#arriving.push(arriving);
    this.#beginIn(arriving.dueAt - this.#parts.clock.now());
    return arriving;
  }

  #end(arriving: ArrivingProfile, ending: Ending): void {
    const rest = arriving.end(ending);
    if (rest === "begin") {
      arriving.dueAt = Number.NEGATIVE_INFINITY;
      this.#begin();
    } else if (rest !== undefined && rest !== "forget") {
      this.#settled.push({ queue: arriving.queue, settlement: rest });
    }
  }

  #findDue(): readonly ArrivingProfile[] {
    const now = this.#isFlushing ? Number.POSITIVE_INFINITY : this.#parts.clock.now();
    return this.#arriving.filter(({ dueAt, isForgotten }) => dueAt <= now && !isForgotten);
  }

  #beginIn(ms: number): void {
    if (this.#writing !== undefined) return;
    if (ms <= 0) this.#begin();
    else this.#later.callIn(ms);
  }

  #begin(): void {
    if (this.#writing !== undefined) return;
    this.#later.cancel();
    let isDone = false;
    this.#writing = this.#writeAll()
      .then((isAllWritten) => {
        isDone = isAllWritten;
      })
      .finally(() => {
        this.#writing = undefined;
        this.#goOn(isDone ? lingerMs : tryAgainMs);
      });
  }

  /** Sees to what has come since, or is not due yet. */
  #goOn(settledMs: number): void {
    if (this.#settled.length > 0) this.#beginIn(settledMs);
    this.#arriving = this.#arriving.filter(({ isForgotten }) => !isForgotten);
    if (this.#arriving.length === 0) return;
    const dueAt = this.#arriving.reduce((least, one) => Math.min(least, one.dueAt), Number.POSITIVE_INFINITY);
    this.#beginIn(dueAt - this.#parts.clock.now());
  }

  /** Writes until nothing is due; false where it had to end before. */
  async #writeAll(): Promise<boolean> {
    while (this.#settled.length > 0 || this.#findDue().length > 0) {
      // What comes in one turn of the event loop comes together: one profile for several queues above all.
      await turnOfEventLoop();
      const isSettled = await this.#write(this.#takeDue());
      if (!isSettled) return false;
    }
    return true;
  }

  /** One write; false where leases could not be ended and must be tried again. */
  async #write(arriving: readonly ArrivingProfile[]): Promise<boolean> {
    const { channel, clock, onAnswer } = this.#parts;
    const settled = this.#settled;
    // It was delivered just now.
    if (arriving.length === 0 && settled.length === 0) return true;
    this.#settled = [];
    const bodies = new Bodies();
    const startedAt = clock.now();
    const answer = await channel.call(this.#request(arriving, settled, bodies), bodies.all);
    onAnswer(answer, clock.now() - startedAt);
    const { result, setAside } = answer.reply;
    const reason = result.type === "failed" ? result.reason : "there was no answer";
    const hasSettled = result.type === "written" ? result.hasSettled : setAside !== undefined;
    if (!hasSettled) this.#settled.unshift(...settled);
    arriving.forEach((one, index) => {
      const own = result.type === "written" ? result.appends[index] : undefined;
      if (own?.type !== "stored") {
        one.refuse(own ?? { type: "failed", reason });
        return;
      }
      const settlement = one.store(own.lease ?? undefined);
      if (settlement !== undefined) this.#settled.push({ queue: one.queue, settlement });
    });
    return hasSettled;
  }

  #takeDue(): ArrivingProfile[] {
    // A body that several queues hold is written once: whatever has one that is written goes along.
    const bodies = new Set(this.#findDue().map(({ profile }) => profile.body));
    const taken: ArrivingProfile[] = [];
    const left: ArrivingProfile[] = [];
    let bytes = 0;
    for (const arriving of this.#arriving) {
      const { body } = arriving.profile;
      const hasRoom =
        taken.length === 0 || (bytes + body.byteLength <= maxWriteBytes && taken.length < maxWriteProfiles);
      if (arriving.isForgotten) continue;
      if (hasRoom && bodies.has(body)) {
        taken.push(arriving);
        bytes += body.byteLength;
      } else {
        left.push(arriving);
      }
    }
    this.#arriving = left;
    return taken;
  }

  #request(arriving: readonly ArrivingProfile[], settled: readonly Settled[], bodies: Bodies): LedgerWrite {
    return {
      type: "write",
      now: this.#parts.now(),
      settlements: settled.map(({ queue, settlement }) => {
        // Leases of a ledger are its own numbers.
        const lease = Number(settlement.lease);
        return { queue, lease, as: leaseEnding(endingOf(settlement), bodies) };
      }),
      appends: arriving.map((one): AppendRecord => {
        const { queue, profile, isSent } = one;
        const ending = one.begin();
        const record = { queue, ...profileRecord(profile, bodies) };
        if (ending === undefined) return { ...record, wantsLease: isSent };
        return { ...record, wantsLease: false, ending: leaseEnding(ending, bodies) };
      }),
    };
  }
}

function turnOfEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
