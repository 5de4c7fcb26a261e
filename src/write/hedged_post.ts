import type { Clock } from "../base/clock.ts";
import type { Listed, Roster } from "../base/roster.ts";
import { AbortPool } from "../http/abort_pool.ts";
import type { PostResult } from "../http/http_client.ts";

/** What a race is about: an attempt and, where it is late, a second one. */
export interface Racer {
  /** Sends one attempt; `isFresh` asks for a connection of its own. Aborting `abort` ends it soon. */
  post(isFresh: boolean, abort: AbortController): Promise<PostResult>;
  /** Asked when it is time for a second attempt; false where there must be none. */
  tryHedge(): boolean;
  /** Whether a result ends the race even though it is no success. */
  isFinal(result: PostResult): boolean;
}

/** What a race runs with. */
export interface RaceParts {
  /** When the second attempt starts, in milliseconds from the start. */
  readonly hedgeAfterMs: number;
  readonly clock: Clock;
  /** Where it is listed while it runs. */
  readonly roster: Roster<HedgedPost>;
  /** Cancels it. */
  readonly canceled: AbortSignal | undefined;
}

const aborts = new AbortPool();

/** The race: the first success wins, and what is still under way then is cancelled. */
export class HedgedPost implements Listed {
  rosterIndex = -1;
  readonly #racer: Racer;
  #first: AbortController | undefined;
  #second: AbortController | undefined;
  #late: Promise<PostResult> | undefined;
  /** The second attempt's result, where it ends the race. */
  #winner: PostResult | undefined;

  constructor(racer: Racer) {
    this.#racer = racer;
  }

  /** Runs it; call once. */
  async run({ hedgeAfterMs, clock, roster, canceled }: RaceParts): Promise<PostResult> {
    const timer = clock.schedule(hedgeAfterMs, () => this.#hedge());
    const cancel = canceled && (() => this.cancel());
    if (cancel !== undefined) canceled?.addEventListener("abort", cancel, { once: true });
    roster.add(this);
    try {
      const abort = aborts.take();
      this.#first = abort;
      // Where the second attempt ends the race, it aborts this one.
      const result = await this.#racer.post(false, abort);
      this.#first = undefined;
      aborts.giveBack(abort);
      return this.#late === undefined ? result : await this.#resultOfBoth(result, this.#late);
    } catch (thrown) {
      this.cancel();
      throw thrown;
    } finally {
      timer.cancel();
      roster.remove(this);
      if (cancel !== undefined) canceled?.removeEventListener("abort", cancel);
    }
  }

  /** Ends what is under way, so that the race is over soon. */
  cancel(): void {
    this.#first?.abort();
    this.#second?.abort();
  }

  #hedge(): void {
    if (this.#first === undefined || !this.#racer.tryHedge()) return;
    this.#late = this.#postLate();
    // Whoever waits for both is told of a defect; until then it is nobody's.
    this.#late.catch(() => this.#first?.abort());
  }

  async #postLate(): Promise<PostResult> {
    const abort = aborts.take();
    this.#second = abort;
    let result: PostResult;
    try {
      result = await this.#racer.post(true, abort);
    } finally {
      this.#second = undefined;
    }
    aborts.giveBack(abort);
    if (this.#first !== undefined && this.#isDecisive(result)) {
      this.#winner = result;
      this.#first.abort();
    }
    return result;
  }

  async #resultOfBoth(first: PostResult, late: Promise<PostResult>): Promise<PostResult> {
    if (this.#winner !== undefined) return this.#winner;
    // Where both fail, the last result counts.
    if (this.#second === undefined) {
      await late;
      return first;
    }
    if (!this.#isDecisive(first)) return late;
    this.#second.abort();
    return first;
  }

  #isDecisive(result: PostResult): boolean {
    return isSuccess(result) || this.#racer.isFinal(result);
  }
}

/** Whether the destination took the profile: any 2xx. */
export function isSuccess(result: PostResult): boolean {
  return result.type === "answer" && result.status >= 200 && result.status <= 299;
}
