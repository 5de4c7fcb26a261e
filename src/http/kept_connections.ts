import type { Clock } from "../base/clock.ts";
import { Slots } from "../base/slots.ts";

/** Idle connections that Bun keeps of a kind, whatever a session is told; it closes what is more. */
const keptConnections = 64;

/**
 * Where answers take no longer than this, in milliseconds, a request waits for a connection that is open: opening
 * another one would take longer over TLS, and more CPU time than all the rest of a profile of 10 KB.
 */
const quickMs = 20;

/** How long it waits at most: three quick answers on each connection free what 256 requests need. */
const patienceMs = 60;

/** What the latest answer counts for in how long answers take. */
const latestShare = 0.1;

/** One request's use of a connection, until it has its answer. */
export interface Passage {
  leave(): void;
}

/** That of a request which need not take turns with others. */
export const freePassage: Passage = { leave: () => {} };

/**
 * Has requests to one server use the connections that are kept, as long as answers come quickly. In a crowd, answers
 * would else free more connections at once than are kept, and as many would be opened anew for the next requests: with
 * 200 senders, more than every second profile had a connection of its own.
 */
export class KeptConnections {
  readonly #clock: Clock;
  readonly #places: Slots;
  #answerMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#places = new Slots(keptConnections, clock);
  }

  /** Waits for a connection where that is worth it. */
  enter(signal: AbortSignal): Passage | Promise<Passage> {
    if (this.#places.tryTake()) return this.#begin(true);
    if (this.#answerMs > quickMs) return this.#begin(false);
    return this.#places.take(patienceMs, signal).then((isPlaced) => this.#begin(isPlaced));
  }

  #begin(isPlaced: boolean): Passage {
    const sentAt = this.#clock.now();
    const leave = () => {
      this.#answerMs += (this.#clock.now() - sentAt - this.#answerMs) * latestShare;
      if (isPlaced) this.#places.giveBack();
    };
    return { leave };
  }
}
