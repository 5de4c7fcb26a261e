import type { DeliveryFailure } from "../../profile/failure_report.ts";
import type { ProfileSize } from "../../profile/profile.ts";
import { describeCause } from "../../profile/status.ts";
import type { EndpointArguments } from "../schema.ts";
import type { DeliveryGate, GateAttempt } from "./delivery_gate.ts";
import type { PumpMetrics } from "./metrics.ts";
import type { Leased, QueuedProfile, Settlement } from "./queue_store.ts";
import { giveBack, isOverload, ownDelayMs, refuse, verdictOn } from "./queue_verdict.ts";

/** Who is told of failures, and by what they are judged. */
export interface FailedBatchesParts {
  readonly args: EndpointArguments;
  readonly metrics: PumpMetrics;
  readonly gate: DeliveryGate;
  /** Told of each profile that the destination refused for good. */
  readonly onRefused: (size: ProfileSize) => void;
  readonly settle: (settlements: readonly Settlement[]) => void;
  /** The destination said that it is too much. */
  readonly slowDown: () => void;
  /** Nothing can be sent for a while: what waits for its turn may be had by others. */
  readonly giveBackWaiting: () => void;
}

/** A request that failed. */
export interface FailedBatch {
  readonly batch: readonly Leased[];
  /** What was sent: all of the batch in one. */
  readonly profile: QueuedProfile;
  readonly failure: DeliveryFailure;
  readonly attempt: GateAttempt;
}

/** What becomes of profiles that could not be delivered, and of those that wait behind them. */
export class FailedBatches {
  readonly #parts: FailedBatchesParts;

  constructor(parts: FailedBatchesParts) {
    this.#parts = parts;
  }

  /** Ends the leases of a batch as its failure has it, and tells the gate. */
  take({ batch, profile, failure, attempt }: FailedBatch): void {
    const { args, metrics, gate, onRefused, settle, slowDown, giveBackWaiting } = this.#parts;
    const { cause, retryAfterMs } = failure;
    switch (verdictOn(cause, args.retry_on_http_429)) {
      case "none":
        settle(giveBack(batch, false));
        gate.abandon(attempt);
        break;
      case "sender_refused":
        settle(giveBack(batch, true));
        gate.refuse(attempt, describeCause(cause));
        giveBackWaiting();
        break;
      case "profile_refused": {
        const settlements = refuse(batch, cause);
        if (settlements[0]?.type === "refused") onRefused(profile.size);
        settle(settlements);
        // Whoever refuses one profile would take another.
        gate.succeed();
        break;
      }
      case "later": {
        if (isOverload(failure)) slowDown();
        metrics.retried(batch.length);
        // Where the destination is away, the gate says when to try again.
        const isAway = gate.fail(attempt, retryAfterMs);
        const { min_backoff_period: minMs, max_backoff_period: maxMs } = args;
        settle(giveBack(batch, true, (attempts) => (isAway ? 0 : ownDelayMs(attempts, minMs, maxMs))));
        if (isAway) giveBackWaiting();
        break;
      }
    }
  }
}
