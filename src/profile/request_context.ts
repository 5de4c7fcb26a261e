import type { RequestSpan } from "./request_span.ts";
import type { TraceContext } from "./trace_context.ts";

/** What a profile's request brought along besides the profile. */
export interface RequestContext {
  /** When the sender must have its answer, on the monotonic clock in milliseconds. */
  readonly deadlineAt: number;
  /** Aborts when the work has lost its point: the sender stated a deadline and went away. */
  readonly canceled: AbortSignal | undefined;
  /** Whether the sender has gone: nothing new is begun for it, what is under way may finish. */
  readonly isSenderGone: () => boolean;
  /** The sender's IP address; undefined where it is not known. */
  readonly clientAddress: () => string | undefined;
  /** The request headers that `forward_headers` names, by their names in lower case. */
  readonly forwardedHeaders: ReadonlyMap<string, string>;
  /** The trace that the request is part of. */
  readonly trace: TraceContext;
  /** What is recorded of the request; undefined where nothing is. */
  readonly span?: RequestSpan | undefined;
}
