import type { Clock } from "../base/clock.ts";
import { Roster } from "../base/roster.ts";
import { type Share, shareOf } from "../base/share.ts";
import { Slots } from "../base/slots.ts";
import type { HttpClient, PostResult } from "../http/http_client.ts";
import { type DeliveryFailure, delivered, type Outcome } from "../profile/failure_report.ts";
import { type Cause, isRetryable } from "../profile/status.ts";
import type { TraceContext } from "../profile/trace_context.ts";
import type { EndpointTarget } from "./endpoint_target.ts";
import { HedgeBudget } from "./hedge_budget.ts";
import { HedgedPost, isSuccess } from "./hedged_post.ts";
import type { EndpointMetrics } from "./metrics.ts";
import { type Patience, SenderPatience } from "./patience.ts";
import { parseRetryAfter } from "./retry_after.ts";
import type { EndpointArguments } from "./schema.ts";
import type { Outgoing } from "./sender.ts";

/** What an endpoint is made of. */
export interface EndpointParts {
  readonly componentId: string;
  readonly args: EndpointArguments;
  readonly target: EndpointTarget;
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly metrics: EndpointMetrics;
  /** What part of `max_in_flight` is this shard's. */
  readonly share: Share;
  /** Aborts when the component must end, whatever is under way. */
  readonly ending: AbortSignal;
  /** Told how each profile ended. */
  readonly onOutcome: (failure: DeliveryFailure | undefined) => void;
}

/** How one profile does at this endpoint so far. */
interface Progress {
  attempts: number;
  hasHedged: boolean;
  hasReconnected: boolean;
}

/** One destination: its own attempts, waits and limits, so that none delays another. */
export class Endpoint {
  readonly #parts: EndpointParts;
  readonly #slots: Slots;
  readonly #hedges = new HedgeBudget();
  readonly #races = new Roster<HedgedPost>();
  /** Whether an answer came since a connection last broke, so that an idle one may be in use again. */
  #hasIdleConnections = false;

  constructor(parts: EndpointParts) {
    this.#parts = parts;
    this.#slots = new Slots(shareOf(parts.args.max_in_flight, parts.share), parts.clock);
    parts.ending.addEventListener("abort", () => {
      for (const race of this.#races.members()) race.cancel();
    });
  }

  get target(): EndpointTarget {
    return this.#parts.target;
  }

  /**
   * Sends a profile until it is taken or patience ends: the only retry loop.
   *
   * @param patience that of whoever waits for the outcome; the sender's where none is given.
   */
  async deliver(outgoing: Outgoing, patience?: Patience): Promise<Outcome> {
    const { args, clock, metrics } = this.#parts;
    const startedAt = clock.now();
    const progress: Progress = { attempts: 0, hasHedged: false, hasReconnected: false };
    let lasting = patience;
    this.#hedges.count();
    outgoing.watch?.began(this.target.label);
    for (;;) {
      const result = await this.#attempt(outgoing, progress);
      if (isSuccess(result)) return this.#finish(outgoing, startedAt, progress, undefined, false);
      const retryAfterMs = retryAfterOf(result, clock);
      const failure: DeliveryFailure = {
        destination: `${this.#parts.componentId} ${this.target.label}`,
        attempts: progress.attempts,
        cause: causeOf(result, outgoing, progress),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      };
      lasting ??= new SenderPatience(args, clock, outgoing.request);
      const isGoingOn = await lasting.outlasts(failure);
      if (!isGoingOn) return this.#finish(outgoing, startedAt, progress, failure, lasting.keepsProfile);
      metrics.retried();
    }
  }

  #finish(
    outgoing: Outgoing,
    startedAt: number,
    { attempts }: Progress,
    failure: DeliveryFailure | undefined,
    isKept: boolean,
  ): Outcome {
    const { clock, metrics, onOutcome } = this.#parts;
    const outcome = failure === undefined ? "delivered" : "failed";
    outgoing.watch?.settled(this.target.label, { outcome, attempts, failure });
    metrics.finished(outgoing.kind, (clock.now() - startedAt) / 1000);
    onOutcome(failure);
    if (failure === undefined) {
      metrics.sent(outgoing.size);
      return delivered;
    }
    if (!isKept) metrics.dropped(outgoing.size);
    return [failure];
  }

  #hasAttemptLeft(progress: Progress): boolean {
    const limit = this.#parts.args.max_backoff_retries;
    return limit === 0 || progress.attempts < limit;
  }

  /** One attempt, joined by a second one on a fresh connection where half of its time brought no answer. */
  async #attempt(outgoing: Outgoing, progress: Progress): Promise<PostResult> {
    const { args, clock, ending } = this.#parts;
    const { deadlineAt, canceled } = outgoing.request;
    if (!this.#slots.tryTake() && !(await this.#slots.take(deadlineAt - clock.now(), canceled)))
      return noTurn(canceled);
    progress.attempts += 1;
    if (canceled?.aborted || ending.aborted) {
      this.#slots.giveBack();
      return { type: "canceled" };
    }
    let holdsSlot = true;
    const race = new HedgedPost({
      post: (isFresh, abort) => {
        const ownsSlot = holdsSlot;
        holdsSlot = false;
        return this.#postInSlot(outgoing, progress, isFresh || !ownsSlot, abort);
      },
      hedgeAfterMs: Math.min(args.remote_timeout, deadlineAt - clock.now()) / 2,
      tryHedge: () => this.#tryHedge(outgoing, progress),
      isFinal: (result) => !isRetryable(causeOf(result, outgoing, progress), args.retry_on_http_429),
      clock,
    });
    const cancel = () => race.cancel();
    this.#races.add(race);
    canceled?.addEventListener("abort", cancel, { once: true });
    try {
      return await race.run();
    } finally {
      canceled?.removeEventListener("abort", cancel);
      this.#races.remove(race);
    }
  }

  async #postInSlot(
    outgoing: Outgoing,
    progress: Progress,
    isFresh: boolean,
    abort: AbortController,
  ): Promise<PostResult> {
    const span = outgoing.request.span?.startAttempt({
      endpoint: this.target.label,
      url: this.target.url(outgoing),
      attempt: progress.attempts,
      isHedge: isFresh,
    });
    try {
      let result = await this.#post(outgoing, isFresh, abort, span?.context);
      if (this.#mayBeStale(result, isFresh) && !progress.hasReconnected) {
        // The server may have closed an idle connection just as it was used again; that is nobody's failure.
        progress.hasReconnected = true;
        this.#hasIdleConnections = false;
        result = await this.#post(outgoing, true, abort, span?.context);
      }
      if (result.type === "answer") this.#hasIdleConnections = true;
      span?.end(result);
      return result;
    } finally {
      this.#slots.giveBack();
    }
  }

  #mayBeStale(result: PostResult, isFresh: boolean): boolean {
    return result.type === "connection" && result.isReset && !isFresh && this.#hasIdleConnections;
  }

  #tryHedge(outgoing: Outgoing, progress: Progress): boolean {
    if (progress.hasHedged || !this.#hasAttemptLeft(progress) || outgoing.request.isSenderGone())
      return false;
    if (!this.#hedges.tryTake() || !this.#slots.tryTake()) return false;
    progress.hasHedged = true;
    progress.attempts += 1;
    this.#parts.metrics.retried();
    return true;
  }

  async #post(
    outgoing: Outgoing,
    isFresh: boolean,
    abort: AbortController,
    trace: TraceContext | undefined,
  ): Promise<PostResult> {
    const { args, clock, client, metrics, target } = this.#parts;
    const startedAt = clock.now();
    const timeoutMs = Math.min(args.remote_timeout, outgoing.request.deadlineAt - startedAt);
    const result = await client.post({
      url: target.url(outgoing),
      headers: target.headers(outgoing, timeoutMs, trace),
      body: outgoing.body,
      timeoutMs,
      abort,
      isFresh,
      followRedirects: args.follow_redirects,
      transport: target.transport,
    });
    metrics.attempted(outgoing.kind, (clock.now() - startedAt) / 1000);
    return result;
  }
}

function noTurn(canceled: AbortSignal | undefined): PostResult {
  return canceled?.aborted ? { type: "canceled" } : { type: "timeout" };
}

function causeOf(result: PostResult, outgoing: Outgoing, progress: Progress): Cause {
  switch (result.type) {
    case "answer": {
      const code = outgoing.codeOf(result.text);
      const { status, text } = result;
      return code === undefined ? { type: "answer", status, text } : { type: "answer", status, text, code };
    }
    case "timeout":
      if (progress.attempts > 0) return { type: "timeout" };
      return {
        type: "local",
        code: "deadline_exceeded",
        text: "max_in_flight requests were under way all the time",
      };
    case "canceled":
      return { type: "local", code: "canceled", text: "the sender went away" };
    case "connection":
      return { type: "connection", text: result.text };
  }
}

function retryAfterOf(result: PostResult, clock: Clock): number | undefined {
  return result.type === "answer"
    ? parseRetryAfter(result.headers.get("retry-after"), clock.wall())
    : undefined;
}
