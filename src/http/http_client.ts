import type { Clock } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import { orAborted } from "../base/or_aborted.ts";
import { readAnswer } from "./read_answer.ts";
import { SendingTurns } from "./sending_turns.ts";
import type { Transport } from "./transport.ts";

/** How many redirects are followed before the last one is taken for the answer. */
const maxRedirects = 5;

/** How long it may take to find out why there is no answer, in milliseconds, where no deadline says so. */
const explainMs = 1000;

/** Header values by their names in lower case, each in the form that `headerText` makes. */
export type HeaderValues = Readonly<Record<string, string>>;

/** One POST whose answer is handed out as it comes. */
export interface OpenRequest {
  readonly url: string;
  readonly headers: HeaderValues;
  /** Chunks go out as they come, without being gathered. */
  readonly body: Uint8Array | AsyncGenerator<Uint8Array<ArrayBuffer>>;
  /** Opens a connection of its own instead of using one that is open already. */
  readonly isFresh: boolean;
  readonly transport: Transport;
}

/** One POST. */
export interface PostRequest extends OpenRequest {
  readonly body: Uint8Array;
  readonly timeoutMs: number;
  /** Aborted by whoever no longer wants the answer, and by the client when the time is up. */
  readonly abort: AbortController;
  readonly followRedirects: boolean;
}

/** What came of a POST. */
export type PostResult =
  | { readonly type: "answer"; readonly status: number; readonly headers: Headers; readonly text: string }
  | { readonly type: "timeout" }
  | { readonly type: "canceled" }
  /** `isReset`: the connection ended before any byte of an answer. */
  | { readonly type: "connection"; readonly text: string; readonly isReset: boolean };

const canceled: PostResult = { type: "canceled" };

/** All requests of the process are sent by one thread. */
const turns = new SendingTurns();

/** Sends POST requests by fetch. */
export class HttpClient {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends one POST, redirects within the same host included. Never throws. */
  async post(request: PostRequest): Promise<PostResult> {
    const { abort, timeoutMs } = request;
    const { signal } = abort;
    if (signal.aborted) return canceled;
    let isTimeout = false;
    const startedAt = this.#clock.now();
    const timer = this.#clock.schedule(timeoutMs, () => {
      isTimeout = true;
      abort.abort();
    });
    const use = request.isFresh ? undefined : request.transport.kept?.begin(request.body.byteLength);
    turns.begin();
    try {
      const waiting = use?.wait(signal);
      if (waiting !== undefined) await waiting;
      const turn = turns.next();
      if (turn !== undefined) await turn;
      // Who has aborted meanwhile may have the body used for something else: fetch does not look at it any more.
      const response = await fetchOnce(request, request.url, signal);
      const target = redirectTarget(response, request, request.url);
      const result = target === undefined ? answer(response) : follow(request, response, target);
      return result instanceof Promise ? await result : result;
    } catch (thrown) {
      // Where it was the token that did not come, the transport says so.
      if (isTimeout && !(thrown instanceof CodedError)) return { type: "timeout" };
      if (signal.aborted && !isTimeout) return canceled;
      timer.cancel();
      const leftMs = startedAt + timeoutMs - this.#clock.now();
      return await explained(request, thrown, leftMs);
    } finally {
      turns.end();
      use?.end();
      timer.cancel();
    }
  }

  /**
   * Sends one POST and hands out the answer, whatever it is, before its body has come. The signal ends both.
   *
   * @throws CodedError `unavailable` where there is no answer.
   */
  async open(request: OpenRequest, signal: AbortSignal): Promise<Response> {
    try {
      return await fetchOnce(request, request.url, signal);
    } catch (thrown) {
      const { text } = await request.transport.explain(thrown, signal.aborted ? 0 : explainMs);
      throw new CodedError("unavailable", text, { cause: thrown });
    }
  }
}

/** Why there is no answer. Nobody waits for that who no longer wants one. */
function explained(
  { transport, abort }: PostRequest,
  thrown: unknown,
  withinMs: number,
): Promise<PostResult> {
  const { signal } = abort;
  const reason = transport
    .explain(thrown, withinMs)
    .then((facts): PostResult => ({ type: "connection", ...facts }));
  // Where the time is up already, it is the reason that is wanted.
  return signal.aborted ? reason : orAborted(reason, signal, () => canceled);
}

function answer(response: Response): PostResult | Promise<PostResult> {
  const { status, headers } = response;
  const text = readAnswer(response);
  if (typeof text === "string") return { type: "answer", status, headers, text };
  return text.then((read) => ({ type: "answer", status, headers, text: read }));
}

/** Goes where answers point to; the last one that may be followed is the answer, whatever it is. */
async function follow(request: PostRequest, redirect: Response, target: string): Promise<PostResult> {
  let response = redirect;
  let next: string | undefined = target;
  for (let redirects = 1; next !== undefined; redirects += 1) {
    await readAnswer(response);
    const url: string = next;
    response = await fetchOnce(request, url, request.abort.signal);
    next = redirects < maxRedirects ? redirectTarget(response, request, url) : undefined;
  }
  return answer(response);
}

function fetchOnce(request: OpenRequest, url: string, signal: AbortSignal): Promise<Response> {
  return request.transport.fetch(url, {
    method: "POST",
    headers: request.headers,
    body: request.body as Uint8Array<ArrayBuffer> | AsyncGenerator<Uint8Array<ArrayBuffer>>,
    redirect: "manual",
    signal,
    keepalive: !request.isFresh,
  });
}

// Go would turn the POST into an empty GET, and another host must not see the endpoint's credentials.
function redirectTarget(response: Response, request: PostRequest, from: string): string | undefined {
  if (response.status < 301 || response.status > 308 || !request.followRedirects) return undefined;
  const location = response.headers.get("location");
  if (location === null || !URL.canParse(location, from)) return undefined;
  const target = new URL(location, from);
  const origin = new URL(from);
  return target.host === origin.host && target.protocol === origin.protocol ? target.href : undefined;
}
