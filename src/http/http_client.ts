import type { Clock } from "../base/clock.ts";
import { messageOf, systemCodeOf } from "../base/failure.ts";

/** How much of an answer's body is kept for messages, in bytes; the number is Alloy's. */
const keptAnswerBytes = 2048;

/** An answer longer than this is not read to its end: its connection is given up instead. */
const readAnswerBytes = 64 * 1024;

/** How many redirects are followed before the last one is taken for the answer. */
const maxRedirects = 5;

/** TLS as fetch takes it. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
  readonly rejectUnauthorized?: boolean;
}

/** One POST. */
export interface PostRequest {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  /** Aborts the request when its answer is no longer wanted. */
  readonly signal: AbortSignal | undefined;
  /** Opens a connection of its own instead of using one that is open already. */
  readonly isFresh: boolean;
  readonly followRedirects: boolean;
  readonly tls: TlsOptions | undefined;
}

/** What came of a POST. */
export type PostResult =
  | { readonly type: "answer"; readonly status: number; readonly headers: Headers; readonly text: string }
  | { readonly type: "timeout" }
  | { readonly type: "canceled" }
  /** `isReset`: the connection ended before any byte of an answer. */
  | { readonly type: "connection"; readonly text: string; readonly isReset: boolean };

/** Sends POST requests by fetch. */
export class HttpClient {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends one POST, redirects within the same host included. Never throws. */
  async post(request: PostRequest): Promise<PostResult> {
    if (request.signal?.aborted) return { type: "canceled" };
    const controller = new AbortController();
    let isTimeout = false;
    const timer = this.#clock.schedule(request.timeoutMs, () => {
      isTimeout = true;
      controller.abort();
    });
    const onAbort = () => controller.abort();
    request.signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await send(request, controller.signal);
    } catch (thrown) {
      if (isTimeout) return { type: "timeout" };
      if (request.signal?.aborted) return { type: "canceled" };
      return connectionProblem(thrown);
    } finally {
      timer.cancel();
      request.signal?.removeEventListener("abort", onAbort);
    }
  }
}

async function send(request: PostRequest, signal: AbortSignal): Promise<PostResult> {
  let url = request.url;
  for (let redirects = 0; ; redirects += 1) {
    const response = await fetch(url, {
      method: "POST",
      headers: request.headers,
      body: request.body as Uint8Array<ArrayBuffer>,
      redirect: "manual",
      signal,
      ...(request.isFresh ? { keepalive: false } : {}),
      ...(request.tls === undefined ? {} : { tls: request.tls }),
    });
    const target =
      request.followRedirects && redirects < maxRedirects ? redirectTarget(response, url) : undefined;
    if (target === undefined) {
      const text = await readAnswer(response);
      return { type: "answer", status: response.status, headers: response.headers, text };
    }
    await readAnswer(response);
    url = target;
  }
}

// Go would turn the POST into an empty GET, and another host must not see the endpoint's credentials.
function redirectTarget(response: Response, from: string): string | undefined {
  if (response.status < 301 || response.status > 308) return undefined;
  const location = response.headers.get("location");
  if (location === null || !URL.canParse(location, from)) return undefined;
  const target = new URL(location, from);
  const origin = new URL(from);
  return target.host === origin.host && target.protocol === origin.protocol ? target.href : undefined;
}

// The whole body is read where it is short, so that the connection can be used again.
async function readAnswer(response: Response): Promise<string> {
  const declared = Number(response.headers.get("content-length") ?? Number.NaN);
  if (declared === 0) return "";
  if (declared <= readAnswerBytes) return decodeText(await response.bytes());
  if (response.body === null) return "";
  let text = new Uint8Array(0);
  let total = 0;
  for await (const chunk of response.body) {
    if (text.byteLength < keptAnswerBytes) text = Buffer.concat([text, chunk]);
    total += chunk.byteLength;
    if (total > readAnswerBytes) break;
  }
  return decodeText(text);
}

function decodeText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, keptAnswerBytes));
}

function connectionProblem(thrown: unknown): PostResult {
  const code = systemCodeOf(thrown) ?? "";
  return {
    type: "connection",
    text: connectionWords[code] ?? messageOf(thrown),
    isReset: code === "ECONNRESET",
  };
}

const connectionWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was closed before the answer",
  ENOTFOUND: "the host name is not known",
  EHOSTUNREACH: "the host can't be reached",
  ENETUNREACH: "the network can't be reached",
  ETIMEDOUT: "the connection timed out",
};
