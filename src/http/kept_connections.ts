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

/**
 * Has requests to one server use the connections that are kept, as long as answers come quickly. In a crowd, answers
 * would else free more connections at once than are kept, and as many would be opened anew for the next requests: with
 * 200 senders, more than every second profile had a connection of its own.
 */
export class KeptConnections {
  readonly #places: Slots;
  #answerMs = 0;

  constructor(clock: Clock) {
    this.#places = new Slots(keptConnections, clock);
  }

  /** Takes a connection that is kept; false where none is free at once. */
  tryEnter(): boolean {
    return this.#places.tryTake();
  }

  /** Waits for one where that is worth it; false where the request goes without. */
  enter(signal: AbortSignal): Promise<boolean> | false {
    return this.#answerMs <= quickMs && this.#places.take(patienceMs, signal);
  }

  /**
   * Notes the end of a request.
   *
   * @param isPlaced whether it had a connection that is kept.
   * @param answerMs how long its answer took, in milliseconds.
   */
  leave(isPlaced: boolean, answerMs: number): void {
    this.#answerMs += (answerMs - this.#answerMs) * latestShare;
    if (isPlaced) this.#places.giveBack();
  }
}
