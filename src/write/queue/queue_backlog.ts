import type { Clock } from "../../base/clock.ts";
import { InFlight } from "../../base/in_flight.ts";
import { DrainRate } from "./drain_rate.ts";
import { bytesOf, takeBatch } from "./push_batch.ts";
import type { Leased, QueueStore } from "./queue_store.ts";
import type { QueueArguments } from "./schema.ts";

/** How much is read at once; what only finds out whether the destination is back is one profile. */
const claimSize = { maxProfiles: 64, maxBytes: 2 ** 20 };
const probeSize = { maxProfiles: 1, maxBytes: 1 };

/** What waits may not be due yet: it is looked for this often, in milliseconds. */
const claimEveryMs = 250;

/** A profile that has waited for less than this does not count as backlog, in milliseconds. */
export const liveForMs = 5000;

/** What a backlog works with. */
export interface QueueBacklogParts {
  readonly queue: string;
  readonly store: QueueStore;
  readonly queueArgs: QueueArguments;
  readonly clock: Clock;
  /** By which profiles age, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Called when something was read. */
  readonly onRead: () => void;
}

/** What waits in a queue, read a little at a time and handed out as fast as it may be sent. */
export class QueueBacklog {
  readonly #parts: QueueBacklogParts;
  readonly #rate: DrainRate;
  readonly #read: Leased[] = [];
  readonly #reading = new InFlight();
  /** When the store may be asked next, on the monotonic clock. */
  #readFrom = 0;
  /** Whether nothing holds it back, since the process is about to end. */
  #isHurrying = false;

  constructor(parts: QueueBacklogParts) {
    this.#parts = parts;
    this.#rate = new DrainRate(parts.queueArgs.drain_rate, parts.clock);
  }

  /** Bytes a second that it may be sent with at present. */
  get bytesPerSecond(): number {
    return this.#rate.bytesPerSecond;
  }

  /** The destination said that it is too much. */
  slowDown(): void {
    this.#rate.halve();
  }

  /** Begins so many milliseconds from now. */
  beginIn(ms: number): void {
    this.#readFrom = this.#parts.clock.now() + ms;
  }

  /** Does not wait any more: neither for the store nor for the rate. */
  hurry(): void {
    this.#isHurrying = true;
    this.#readFrom = 0;
  }

  /** Something has changed: the store may have something due. */
  wake(): void {
    this.#readFrom = Math.min(this.#readFrom, this.#parts.clock.now());
  }

  /** How long until something may be sent, in milliseconds; undefined where nothing was read. */
  get waitMs(): number | undefined {
    const [first] = this.#read;
    if (first === undefined) return undefined;
    return this.#isHurrying || this.#isRecent(first) ? 0 : this.#rate.waitMs;
  }

  /** The next profiles that may share a request, counted as sent. */
  take(maxProfiles: number): Leased[] {
    const batch = takeBatch(this.#read, maxProfiles);
    const [first] = batch;
    if (first !== undefined && !this.#isRecent(first)) this.#rate.take(bytesOf(batch));
    return batch;
  }

  /** What was read and is too old by now. */
  takeExpired(): Leased[] {
    const oldestAllowed = this.#parts.now() - this.#parts.queueArgs.max_age;
    const firstFresh = this.#read.findIndex(({ profile }) => profile.acceptedAt >= oldestAllowed);
    return this.#read.splice(0, firstFresh < 0 ? this.#read.length : firstFresh);
  }

  /**
   * Waits until nothing is being read and `onRead` was told of what was; false where that took longer than `graceMs`,
   * in milliseconds.
   */
  hasRead(graceMs: number): Promise<boolean> {
    return this.#reading.idle(this.#parts.clock, graceMs);
  }

  /** Everything that was read. */
  takeAll(): Leased[] {
    return this.#read.splice(0);
  }

  /**
   * Reads more where there is any; returns how long to wait before that, in milliseconds.
   *
   * @param isProbe whether one profile is enough: what is read can't make room for others.
   */
  refill(isProbe: boolean): number {
    const { store, queue, clock, onRead } = this.#parts;
    if (this.#reading.count > 0 || this.#read.length > 0 || (store.stats(queue)?.waiting ?? 0) === 0)
      return 0;
    const waitMs = this.#readFrom - clock.now();
    if (waitMs > 0) return waitMs;
    this.#reading.begin();
    void store.claim(queue, isProbe ? probeSize : claimSize).then((claimed) => {
      this.#reading.end();
      this.#read.push(...claimed);
      if (claimed.length === 0) this.#readFrom = clock.now() + claimEveryMs;
      onRead();
    });
    return 0;
  }

  #isRecent({ profile }: Leased): boolean {
    return this.#parts.now() - profile.acceptedAt < liveForMs;
  }
}
