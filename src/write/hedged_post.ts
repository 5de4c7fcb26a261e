import type { Clock } from "../base/clock.ts";
import type { PostResult } from "../http/http_client.ts";

/** Sends one attempt; `isFresh` asks for a connection of its own. */
export type Post = (isFresh: boolean, signal: AbortSignal) => Promise<PostResult>;

/** A race between an attempt and, where it is late, a second one. */
export interface HedgedPost {
  readonly post: Post;
  /** When the second attempt starts, in milliseconds from now. */
  readonly hedgeAfterMs: number;
  /** Asked when that time has come; false where there must be no second attempt. */
  readonly tryHedge: () => boolean;
  /** Whether a result ends the race even though it is no success. */
  readonly isFinal: (result: PostResult) => boolean;
  /** Any of these ends the race. */
  readonly signals: readonly (AbortSignal | undefined)[];
  readonly clock: Clock;
}

/** Runs the race: the first success wins, and what is still under way then is cancelled. */
export function hedgedPost(race: HedgedPost): Promise<PostResult> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const onAbort = () => controller.abort();
    for (const signal of race.signals) signal?.addEventListener("abort", onAbort, { once: true });
    let underWay = 0;
    let isOver = false;

    const finish = (result: PostResult) => {
      isOver = true;
      timer.cancel();
      for (const signal of race.signals) signal?.removeEventListener("abort", onAbort);
      controller.abort();
      resolve(result);
    };
    const run = (isFresh: boolean) => {
      underWay += 1;
      race.post(isFresh, controller.signal).then((result) => {
        underWay -= 1;
        if (isOver) return;
        if (underWay === 0 || isSuccess(result) || race.isFinal(result)) finish(result);
      }, reject);
    };

    const timer = race.clock.schedule(race.hedgeAfterMs, () => {
      if (!isOver && race.tryHedge()) run(true);
    });
    if (race.signals.some((signal) => signal?.aborted)) controller.abort();
    run(false);
  });
}

/** Whether the destination took the profile: any 2xx. */
export function isSuccess(result: PostResult): boolean {
  return result.type === "answer" && result.status >= 200 && result.status <= 299;
}
