/** A request as a relay or a sink saw it. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query, as on the wire. */
  readonly target: string;
  readonly headers: Headers;
  /** The body, free of transfer framing; Content-Encoding is not undone. */
  readonly body: Uint8Array;
}
