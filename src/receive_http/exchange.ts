import { type ByteBudget, HeldBytes } from "../http/byte_budget.ts";
import type { RequestContext } from "../profile/request_context.ts";
import { type TraceContext, traceOf } from "../profile/trace_context.ts";

/** What an exchange needs to know of the receiver. */
export interface ExchangeSettings {
  readonly budget: ByteBudget;
  /** How long a request without a deadline of its own has, in milliseconds. */
  readonly defaultDeadlineMs: number;
  readonly forwardHeaders: readonly string[];
}

/** Kept back of a deadline that the sender states, so that the answer is there in time. */
const answerShare = 0.01;
const longestAnswerMs = 50;

/** One request and what belongs to it until it is answered. */
export class Exchange implements RequestContext {
  readonly request: Request;
  readonly startedAt: number;
  readonly deadlineAt: number;
  readonly canceled: AbortSignal | undefined;
  readonly held: HeldBytes;
  readonly #server: Bun.Server<undefined>;
  readonly #settings: ExchangeSettings;
  #trace: TraceContext | undefined;
  #forwarded: ReadonlyMap<string, string> | undefined;

  /**
   * @param startedAt monotonic milliseconds.
   * @param statedMs the deadline that the sender states, in milliseconds from then.
   */
  constructor(
    request: Request,
    server: Bun.Server<undefined>,
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
  }

  isSenderGone(): boolean {
    return this.request.signal.aborted;
  }

  clientAddress(): string | undefined {
    return this.#server.requestIP(this.request)?.address;
  }

  get trace(): TraceContext {
    const { headers } = this.request;
    this.#trace ??= traceOf(headers.get("traceparent"), headers.get("uber-trace-id"));
    return this.#trace;
  }

  get forwardedHeaders(): ReadonlyMap<string, string> {
    this.#forwarded ??= forwarded(this.request.headers, this.#settings.forwardHeaders);
    return this.#forwarded;
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
