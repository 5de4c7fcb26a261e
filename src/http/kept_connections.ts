import type { Clock } from "../base/clock.ts";
import { Slots } from "../base/slots.ts";

/** Idle connections that Bun keeps of a kind, whatever a session is told; it closes what is more. */
const keptConnections = 64;

/** Servers that take turns need so many connections at least, even where together they then have more than are kept. */
const fewest = 8;

/** The servers that share connections of one kind. */
export class Sharers {
  readonly #all = new Set<KeptConnections>();

  add(one: KeptConnections): void {
    this.#all.add(one);
    this.#share();
  }

  remove(one: KeptConnections): void {
    if (this.#all.delete(one)) this.#share();
  }

  #share(): void {
    const each = Math.max(fewest, Math.floor(keptConnections / Math.max(1, this.#all.size)));
    for (const one of this.#all) one.resize(each);
  }
}

/** The servers of this process by how connections to them are kept: those with TLS and those without lie apart. */
export const sharersOf = { plain: new Sharers(), tls: new Sharers() } as const;

/**
 * Where answers take no longer than this for each place, in milliseconds, a request waits for a connection that is open:
 * opening another one would take longer over TLS, and more CPU time than all the rest of a profile of 10 KB.
 */
const quickMs = 20;

/**
 * A request counts once for each so many bytes: fetch has a copy of each body until it has been sent, 64 senders of 1 MB
 * would have as many at once, and memory that was used a moment ago is quicker. Four at a time take a quarter less CPU.
 */
const bytesForPlace = 64 * 1024;

/** How long it waits at most: three quick answers on each connection free what 256 requests need. */
const patienceMs = 60;

/** What the latest answer counts for in how long answers take. */
const latestShare = 0.1;

/**
 * Has requests to one server use the connections that are kept, as long as answers come quickly. In a crowd, answers
 * would else free more connections at once than are kept, and as many would be opened anew for the next requests: with
 * 200 senders, more than every second profile had a connection of its own. Servers share what is kept evenly, so that
 * none waits for another.
 */
export class KeptConnections {
  readonly #clock: Clock;
  readonly #places: Slots;
  readonly #sharers: Sharers;
  /** How long answers take for each place. */
  #answerMs = 0;
  /** Whether its first request is yet to come, with which it takes a share. */
  #isUnused = true;

  constructor(clock: Clock, sharers: Sharers) {
    this.#clock = clock;
    this.#sharers = sharers;
    this.#places = new Slots(keptConnections, clock);
  }

  /** Gives its share of what is kept to the others, for good: requests may still come, as a queue's last ones do. */
  close(): void {
    this.#isUnused = false;
    this.#sharers.remove(this);
  }

  /** Changes how many of the connections are for this server. */
  resize(places: number): void {
    this.#places.resize(places);
  }

  /**
   * Begins a request, which must be ended.
   *
   * @param bytes the size of its body.
   */
  begin(bytes: number): ConnectionUse {
    if (this.#isUnused) {
      this.#isUnused = false;
      this.#sharers.add(this);
    }
    const places = Math.min(this.#places.capacity, Math.max(1, Math.ceil(bytes / bytesForPlace)));
    return new ConnectionUse(this, places, this.#places.tryTake(places));
  }

  /** Waits for places where that is worth it; false where the request goes without. */
  take(places: number, signal: AbortSignal): Promise<boolean> | false {
    return this.#answerMs <= quickMs && this.#places.take(patienceMs, signal, places);
  }

  giveBack(places: number): void {
    this.#places.giveBack(places);
  }

  /** Notes how long an answer took for each place. */
  note(answerMs: number): void {
    this.#answerMs += (answerMs - this.#answerMs) * latestShare;
  }

  now(): number {
    return this.#clock.now();
  }
}

/** One request's use of the connections. */
export class ConnectionUse {
  readonly #kept: KeptConnections;
  readonly #places: number;
  #isPlaced: boolean;
  #sentAt: number;

  constructor(kept: KeptConnections, places: number, isPlaced: boolean) {
    this.#kept = kept;
    this.#places = places;
    this.#isPlaced = isPlaced;
    this.#sentAt = kept.now();
  }

  /** When the request may be sent; undefined where it may at once. */
  wait(signal: AbortSignal): Promise<void> | undefined {
    if (this.#isPlaced) return undefined;
    const taking = this.#kept.take(this.#places, signal);
    return taking === false ? undefined : this.#await(taking);
  }

  /** To be called once the answer is there, or is not going to be. */
  end(): void {
    this.#kept.note((this.#kept.now() - this.#sentAt) / this.#places);
    if (this.#isPlaced) this.#kept.giveBack(this.#places);
  }

  async #await(taking: Promise<boolean>): Promise<void> {
    this.#isPlaced = await taking;
    this.#sentAt = this.#kept.now();
  }
}
