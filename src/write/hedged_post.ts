import type { Clock, Timer } from "../base/clock.ts";
import type { Listed } from "../base/roster.ts";
import { AbortPool } from "../http/abort_pool.ts";
import type { PostResult } from "../http/http_client.ts";

/** Sends one attempt; `isFresh` asks for a connection of its own. Aborting `abort` ends it. */
export type Post = (isFresh: boolean, abort: AbortController) => Promise<PostResult>;

/** A race between an attempt and, where it is late, a second one. */
export interface HedgedPostParts {
  readonly post: Post;
  /** When the second attempt starts, in milliseconds from now. */
  readonly hedgeAfterMs: number;
  /** Asked when that time has come; false where there must be no second attempt. */
  readonly tryHedge: () => boolean;
  /** Whether a result ends the race even though it is no success. */
  readonly isFinal: (result: PostResult) => boolean;
  readonly clock: Clock;
}

const aborts = new AbortPool();

/** The race: the first success wins, and what is still under way then is cancelled. */
export class HedgedPost implements Listed {
  rosterIndex = -1;
  readonly #parts: HedgedPostParts;
  readonly #underWay: AbortController[] = [];
  readonly #settled = Promise.withResolvers<PostResult>();
  #timer: Timer | undefined;
  #isOver = false;

  constructor(parts: HedgedPostParts) {
    this.#parts = parts;
  }

  /** Runs it; call once. */
  run(): Promise<PostResult> {
    const { clock, hedgeAfterMs, tryHedge } = this.#parts;
    this.#timer = clock.schedule(hedgeAfterMs, () => {
      if (!this.#isOver && tryHedge()) void this.#attempt(true);
    });
    void this.#attempt(false);
    return this.#settled.promise;
  }

  /** Ends what is under way, so that the race is over soon. */
  cancel(): void {
    for (const abort of this.#underWay) abort.abort();
  }

  async #attempt(isFresh: boolean): Promise<void> {
    const abort = aborts.take();
    this.#underWay.push(abort);
    try {
      const result = await this.#parts.post(isFresh, abort);
      this.#underWay.splice(this.#underWay.indexOf(abort), 1);
      aborts.giveBack(abort);
      if (this.#isOver) return;
      if (this.#underWay.length > 0 && !isSuccess(result) && !this.#parts.isFinal(result)) return;
      this.#isOver = true;
      this.#timer?.cancel();
      this.#settled.resolve(result);
      this.cancel();
    } catch (thrown) {
      this.#timer?.cancel();
      this.#settled.reject(thrown);
    }
  }
}

/** Whether the destination took the profile: any 2xx. */
export function isSuccess(result: PostResult): boolean {
  return result.type === "answer" && result.status >= 200 && result.status <= 299;
}
