import type { Clock } from "../base/clock.ts";
import type { Slots } from "../base/slots.ts";
import type { HttpClient, PostResult } from "../http/http_client.ts";
import { type Cause, isRetryable } from "../profile/status.ts";
import type { TraceContext } from "../profile/trace_context.ts";
import type { EndpointTarget } from "./endpoint_target.ts";
import type { HedgeBudget } from "./hedge_budget.ts";
import type { Racer } from "./hedged_post.ts";
import type { EndpointMetrics } from "./metrics.ts";
import type { EndpointArguments } from "./schema.ts";
import type { Outgoing } from "./sender.ts";

/** What every attempt at an endpoint works with. */
export interface AttemptParts {
  readonly args: EndpointArguments;
  readonly target: EndpointTarget;
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly metrics: EndpointMetrics;
  /** Requests that may be under way at once. */
  readonly slots: Slots;
  readonly hedges: HedgeBudget;
  readonly connections: Connections;
}

/** What is known of an endpoint's connections. */
export interface Connections {
  /** Whether an answer came since a connection last broke, so that an idle one may be in use again. */
  mayBeIdle: boolean;
}

/** How one profile does at one endpoint so far. */
export interface Progress {
  attempts: number;
  hasHedged: boolean;
  hasReconnected: boolean;
}

/** One attempt to deliver one profile, its hedge included. It begins with a slot, which it gives back. */
export class Attempt implements Racer {
  readonly #parts: AttemptParts;
  readonly #outgoing: Outgoing;
  readonly #progress: Progress;

  constructor(parts: AttemptParts, outgoing: Outgoing, progress: Progress) {
    this.#parts = parts;
    this.#outgoing = outgoing;
    this.#progress = progress;
  }

  async post(isFresh: boolean, abort: AbortController): Promise<PostResult> {
    const { slots, target, connections } = this.#parts;
    const span = this.#outgoing.request.span?.startAttempt({
      endpoint: target.label,
      url: target.url(this.#outgoing),
      attempt: this.#progress.attempts,
      isHedge: isFresh,
    });
    try {
      const startedAt = this.#parts.clock.now();
      let result = await this.#send(isFresh, abort, span?.context, startedAt);
      this.#note(startedAt);
      if (this.#mayBeStale(result, isFresh)) {
        // The server may have closed an idle connection just as it was used again; that is nobody's failure.
        this.#progress.hasReconnected = true;
        connections.mayBeIdle = false;
        const againAt = this.#parts.clock.now();
        result = await this.#send(true, abort, span?.context, againAt);
        this.#note(againAt);
      }
      if (result.type === "answer") connections.mayBeIdle = true;
      span?.end(result);
      return result;
    } finally {
      slots.giveBack();
    }
  }

  tryHedge(): boolean {
    const { args, hedges, slots, metrics } = this.#parts;
    const progress = this.#progress;
    const limit = args.max_backoff_retries;
    const hasAttemptLeft = limit === 0 || progress.attempts < limit;
    if (progress.hasHedged || !hasAttemptLeft || this.#outgoing.request.isSenderGone()) return false;
    if (!hedges.tryTake() || !slots.tryTake()) return false;
    progress.hasHedged = true;
    progress.attempts += 1;
    metrics.retried();
    return true;
  }

  isFinal(result: PostResult): boolean {
    return !isRetryable(causeOf(result, this.#outgoing, this.#progress), this.#parts.args.retry_on_http_429);
  }

  #mayBeStale(result: PostResult, isFresh: boolean): boolean {
    return (
      result.type === "connection" &&
      result.isReset &&
      !isFresh &&
      this.#parts.connections.mayBeIdle &&
      !this.#progress.hasReconnected
    );
  }

  #send(
    isFresh: boolean,
    abort: AbortController,
    trace: TraceContext | undefined,
    startedAt: number,
  ): Promise<PostResult> {
    const { args, client, target } = this.#parts;
    const outgoing = this.#outgoing;
    const timeoutMs = Math.min(args.remote_timeout, outgoing.request.deadlineAt - startedAt);
    return client.post({
      url: target.url(outgoing),
      headers: target.headers(outgoing, timeoutMs, trace),
      body: outgoing.body,
      timeoutMs,
      abort,
      isFresh,
      followRedirects: args.follow_redirects,
      transport: target.transport,
    });
  }

  #note(startedAt: number): void {
    const { clock, metrics } = this.#parts;
    metrics.attempted(this.#outgoing.kind, (clock.now() - startedAt) / 1000);
  }
}

/** Why a profile was not delivered. */
export function causeOf(result: PostResult, outgoing: Outgoing, progress: Progress): Cause {
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
