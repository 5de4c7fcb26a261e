import type { TraceContext } from "./trace_context.ts";

/** A request as it begins. */
export interface RequestStart {
  readonly method: string;
  /** The route as the metrics call it. */
  readonly route: string;
  readonly path: string;
  /** The sender's IP address; undefined where it is not known. */
  readonly clientAddress: string | undefined;
  /** The trace that the sender states; undefined where it states none. */
  readonly sender: TraceContext | undefined;
}

/** A request as it ends. */
export interface RequestEnd {
  /** The HTTP status of the answer. */
  readonly status: number;
  /** Size of the body as received. */
  readonly bodyBytes: number;
  /** Why nothing of it was forwarded, in words; undefined where it was. */
  readonly refusal: string | undefined;
  /** Why it was not delivered everywhere, in words; undefined where it was. */
  readonly failure: string | undefined;
}

/** One attempt to deliver to one endpoint, as it begins. */
export interface AttemptStart {
  /** The endpoint's name, else its URL; no credentials. */
  readonly endpoint: string;
  /** Where the attempt goes; of its query nothing is recorded. */
  readonly url: string;
  /** From 1. */
  readonly attempt: number;
  /** Whether it runs beside an attempt that is late. */
  readonly isHedge: boolean;
}

/** How an attempt ended: with an answer, or with the reason why there is none. */
export type AttemptEnd =
  | { readonly type: "answer"; readonly status: number }
  | { readonly type: "timeout" }
  | { readonly type: "canceled" }
  | { readonly type: "connection"; readonly text: string };

/** What is recorded of one attempt. */
export interface AttemptSpan {
  /** What goes out with the attempt, so that the destination's own spans belong to this one. */
  readonly context: TraceContext;
  end(end: AttemptEnd): void;
}

/** What is recorded of one request. */
export interface RequestSpan {
  /** The trace that the request is part of, with this span in place of the sender's. */
  readonly context: TraceContext;
  startAttempt(start: AttemptStart): AttemptSpan;
  end(end: RequestEnd): void;
}

/** Records requests as spans, where pyroduct's own tracing is asked for. */
export interface Tracer {
  startRequest(start: RequestStart): RequestSpan;
}
