import type { Listed } from "../base/roster.ts";
import { type ByteBudget, HeldBytes } from "../http/byte_budget.ts";
import type { ServerFacts } from "../http/listener.ts";
import type { RequestContext } from "../profile/request_context.ts";
import type { RequestSpan, Tracer } from "../profile/request_span.ts";
import { statedTrace, type TraceContext, traceOf } from "../profile/trace_context.ts";
import { getPath } from "./app.ts";
import { remoteOf } from "./http_door.ts";
import type { Route } from "./metrics.ts";

/** What an exchange needs to know of the receiver. */
export interface ExchangeSettings {
  readonly budget: ByteBudget;
  /** How long a request without a deadline of its own has, in milliseconds. */
  readonly defaultDeadlineMs: number;
  readonly forwardHeaders: readonly string[];
  /** Records the request as a span; undefined where nobody asked for that. */
  readonly tracer?: Tracer | undefined;
  readonly route: Route;
}

/** Kept back of a deadline that the sender states, so that the answer is there in time. */
const answerShare = 0.05;
const longestAnswerMs = 50;

/** One request and what belongs to it until it is answered. */
export class Exchange implements RequestContext, Listed {
  rosterIndex = -1;
  readonly request: Request;
  readonly startedAt: number;
  readonly deadlineAt: number;
  readonly canceled: AbortSignal | undefined;
  readonly held: HeldBytes;
  readonly span: RequestSpan | undefined;
  readonly #server: ServerFacts;
  readonly #settings: ExchangeSettings;
  #trace: TraceContext | undefined;
  #forwarded: ReadonlyMap<string, string> | undefined;

  /**
   * @param startedAt monotonic milliseconds.
   * @param statedMs the deadline that the sender states, in milliseconds from then.
   */
  constructor(
    request: Request,
    server: ServerFacts,
    settings: ExchangeSettings,
    startedAt: number,
    statedMs: number | undefined,
  ) {
    this.request = request;
    this.startedAt = startedAt;
    this.held = new HeldBytes(settings.budget);
    this.#server = server;
    this.#settings = settings;
    if (statedMs === undefined) {
      this.deadlineAt = startedAt + settings.defaultDeadlineMs;
      this.canceled = undefined;
    } else {
      this.deadlineAt = startedAt + statedMs - Math.min(statedMs * answerShare, longestAnswerMs);
      this.canceled = request.signal;
    }
    this.span = settings.tracer && this.#startSpan(settings.tracer);
  }

  isSenderGone(): boolean {
    return this.request.signal.aborted;
  }

  clientAddress(): string | undefined {
    // A listener on all addresses sees IPv4 senders as mapped ones; their own form is the one that rules know.
    return this.#server.requestIP(this.request)?.address.replace(/^::ffff:(?=\d+\.)/, "");
  }

  /** The sender as `address:port`. */
  remote(): string {
    return remoteOf(this.request, this.#server);
  }

  get trace(): TraceContext {
    const { headers } = this.request;
    this.#trace ??= this.span?.context ?? traceOf(headers.get("traceparent"), headers.get("uber-trace-id"));
    return this.#trace;
  }

  get forwardedHeaders(): ReadonlyMap<string, string> {
    this.#forwarded ??= forwarded(this.request.headers, this.#settings.forwardHeaders);
    return this.#forwarded;
  }

  #startSpan(tracer: Tracer): RequestSpan {
    const { method, headers } = this.request;
    return tracer.startRequest({
      method,
      route: this.#settings.route,
      path: getPath(this.request),
      clientAddress: this.clientAddress(),
      sender: statedTrace(headers.get("traceparent"), headers.get("uber-trace-id")),
    });
  }
}

const none: ReadonlyMap<string, string> = new Map();

function forwarded(headers: Headers, names: readonly string[]): ReadonlyMap<string, string> {
  if (names.length === 0) return none;
  const found = new Map<string, string>();
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) found.set(name.toLowerCase(), value);
  }
  return found;
}
