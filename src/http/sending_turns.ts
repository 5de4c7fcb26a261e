/** From this many requests under way on, they take turns. */
const crowd = 16;

/**
 * Lets requests that are about to be sent leave together, once for each turn of the event loop. fetch hands each one
 * to a thread of its own, and waking that costs several microseconds; in a crowd it is woken once for many.
 *
 * At 10 KB a profile, 64 connections: 50.8 µs of CPU without, 46.6 µs with it. With only 4 connections it would cost
 * 9 µs more instead, so few are not made to wait.
 */
export class SendingTurns {
  #underWay = 0;
  #turn: Promise<void> | undefined;

  /** Begins a request, which must be ended. */
  begin(): void {
    this.#underWay += 1;
  }

  /** When a request may leave; undefined where it may at once. */
  next(): Promise<void> | undefined {
    if (this.#underWay <= crowd) return undefined;
    this.#turn ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#turn = undefined;
        resolve();
      });
    });
    return this.#turn;
  }

  end(): void {
    this.#underWay -= 1;
  }
}
