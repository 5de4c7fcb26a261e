import type { RequestContext } from "./request_context.ts";

/** An endpoint that debug information goes to. */
export interface DebugInfoTarget {
  /** Component and endpoint, as the operator named them; no credentials. */
  readonly destination: string;
  /** How long a call to it may take, in milliseconds. */
  readonly callTimeoutMs: number;
  /** How long an upload to it may take, in milliseconds. */
  readonly uploadTimeoutMs: number;
  /**
   * Sends a POST, once. The answer is as it came, redirects included; no more of it comes once the signal
   * aborts.
   *
   * @throws CodedError `unavailable` where there is no answer, for the signal's sake too.
   */
  post(post: DebugInfoPost): Promise<Response>;
}

/** A POST with debug information. */
export interface DebugInfoPost {
  /** What follows the endpoint's URL. */
  readonly path: string;
  /** Headers of the body itself; they go over the endpoint's own. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | StreamedBody;
  /** The request that it is sent for: its forwarded headers and its trace go along. */
  readonly request: RequestContext;
  readonly signal: AbortSignal;
}

/** A body that goes through as it comes, without being gathered. */
export interface StreamedBody {
  /** To be run through once; each chunk is gone when the next one is asked for. */
  readonly chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>;
  /** How many bytes have been taken so far. */
  readonly bytes: number;
}
