import type { DeliveryFailure } from "../../profile/failure_report.ts";
import {
  type Cause,
  describeCause,
  isProfileRefused,
  isRetryable,
  isSenderRefused,
} from "../../profile/status.ts";
import { seriesOf } from "./push_batch.ts";
import type { Leased, Settlement } from "./queue_store.ts";

/** What a failed attempt says about a batch of queued profiles. */
export type Verdict =
  /** Nothing: it was ended from here. */
  | "none"
  /** The destination is away or overloaded, or so it seems: the same profiles may be taken later. */
  | "later"
  /** It refuses whoever sends. */
  | "sender_refused"
  /** It refuses what was sent. */
  | "profile_refused";

/** Reads a failure as a queue does: nothing but the destination's own word ends the wait of a profile. */
export function verdictOn(cause: Cause, retryOn429: boolean): Verdict {
  if (cause.type === "local") return cause.code === "canceled" ? "none" : "later";
  if (isSenderRefused(cause)) return "sender_refused";
  if (isProfileRefused(cause)) return "profile_refused";
  return isRetryable(cause, retryOn429) ? "later" : "profile_refused";
}

/** Whether the destination says that it gets too much. */
export function isOverload({ cause }: DeliveryFailure): boolean {
  if (cause.type !== "answer") return false;
  return cause.status === 429 || cause.status === 503 || cause.code === "resource_exhausted";
}

/** Back to the queue, each after its own wait. */
export function giveBack(
  batch: readonly Leased[],
  isAttempt: boolean,
  delayMs: (attempts: number) => number = () => 0,
): Settlement[] {
  return batch.map(({ lease, attempts }) => ({
    type: "retry",
    lease,
    delayMs: delayMs(attempts),
    isAttempt,
  }));
}

/**
 * What becomes of profiles that were refused: one that was sent alone is a dead letter, of several nobody knows
 * which one it was, so each series is sent again by itself.
 */
export function refuse(batch: readonly Leased[], cause: Cause): Settlement[] {
  const all = batch.map(({ lease, profile }) => ({ lease, parts: seriesOf(profile) }));
  const [only] = all;
  if (only !== undefined && all.length === 1 && only.parts.length <= 1) {
    return [{ type: "refused", lease: only.lease, reason: describeCause(cause) }];
  }
  return all.map(({ lease, parts }) => ({ type: "split", lease, parts }));
}

/** The wait of one profile that fails while others are taken: doubles with each attempt, up to the longest. */
export function ownDelayMs(attempts: number, minMs: number, maxMs: number, random = Math.random): number {
  const low = Math.min(maxMs, minMs * 2 ** Math.min(attempts, 30));
  return low + random() * (Math.min(maxMs, low * 2) - low);
}
