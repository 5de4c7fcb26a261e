import { Backoff } from "../base/backoff.ts";
import { type Clock, sleep } from "../base/clock.ts";
import type { DeliveryFailure } from "../profile/failure_report.ts";
import type { RequestContext } from "../profile/request_context.ts";
import { isRetryable } from "../profile/status.ts";
import type { EndpointArguments } from "./schema.ts";

/** Decides how long a delivery goes on. */
export interface Patience {
  /** Waits until it is time for the next attempt; false where there will be none. */
  outlasts(failure: DeliveryFailure): Promise<boolean>;
  /** Whether somebody keeps the profile when the delivery ends without success. */
  readonly keepsProfile: boolean;
}

/** As long as the sender waits for an answer, and as often as the endpoint's arguments allow. */
export class SenderPatience implements Patience {
  readonly keepsProfile = false;
  readonly #args: EndpointArguments;
  readonly #clock: Clock;
  readonly #request: RequestContext;
  readonly #backoff: Backoff;

  constructor(args: EndpointArguments, clock: Clock, request: RequestContext) {
    this.#args = args;
    this.#clock = clock;
    this.#request = request;
    this.#backoff = new Backoff({ minMs: args.min_backoff_period, maxMs: args.max_backoff_period });
  }

  async outlasts({ attempts, cause, retryAfterMs = 0 }: DeliveryFailure): Promise<boolean> {
    const { max_backoff_retries: limit, retry_on_http_429 } = this.#args;
    const waitMs = Math.max(this.#backoff.next(), retryAfterMs);
    return (
      isRetryable(cause, retry_on_http_429) &&
      (limit === 0 || attempts < limit) &&
      this.#clock.now() + waitMs < this.#request.deadlineAt &&
      (await sleep(this.#clock, waitMs, this.#request.canceled)) &&
      !this.#request.isSenderGone()
    );
  }
}

/** One attempt: whoever has the profile decides when the next one comes. */
export const noPatience: Patience = { keepsProfile: true, outlasts: () => Promise.resolve(false) };
