import type { Socket } from "node:net";
import { withinMs } from "./bounded.ts";
import { findHeader, type HeaderPair, type HttpMessage } from "./http_message_reader.ts";

/** A request as a sink got it. */
export interface RecordedRequest {
  readonly method: string;
  /** As it stood in the request line. */
  readonly path: string;
  /** As it stood in the request line, without the question mark; empty where there was none. */
  readonly query: string;
  readonly headers: readonly HeaderPair[];
  readonly body: Uint8Array;
  /** Which of the recording's connections it came on, from 0. */
  readonly connection: number;
  /** On the monotonic clock, in milliseconds. */
  readonly receivedAtMs: number;
  /** Resolves when the client is gone before it was answered. */
  readonly cancelled: Promise<void>;
}

interface Waiter {
  readonly count: number;
  readonly resolve: () => void;
}

/** The requests that a sink saw under one script, in order of arrival. */
export class Recording {
  readonly requests: RecordedRequest[] = [];
  readonly #connections: Socket[] = [];
  #waiters: Waiter[] = [];

  /** How many connections carried a request. */
  get connections(): number {
    return this.#connections.length;
  }

  /** Notes a request and says the how-manieth it is, on which connection, and how to tell that its client left. */
  add(socket: Socket, message: HttpMessage): { index: number; connection: number; cancel: () => void } {
    if (!this.#connections.includes(socket)) this.#connections.push(socket);
    const connection = this.#connections.indexOf(socket);
    const { promise: cancelled, resolve: cancel } = Promise.withResolvers<void>();
    const [method = "", target = ""] = message.startLine.split(" ");
    const [path = "", ...query] = target.split("?");
    const { headers, body } = message;
    const receivedAtMs = performance.now();
    this.requests.push({
      method,
      path,
      query: query.join("?"),
      headers,
      body,
      connection,
      receivedAtMs,
      cancelled,
    });
    const reached = this.#waiters.filter((waiter) => waiter.count <= this.requests.length);
    this.#waiters = this.#waiters.filter((waiter) => !reached.includes(waiter));
    for (const waiter of reached) waiter.resolve();
    return { index: this.requests.length - 1, connection, cancel };
  }

  /** The `count`-th request, from 1; waits for it, at most `timeoutMs` milliseconds. */
  async request(count: number, timeoutMs = 5_000): Promise<RecordedRequest> {
    if (this.requests.length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.push({ count, resolve });
      await withinMs(timeoutMs, `request ${count} at the sink`, promise);
    }
    const request = this.requests[count - 1];
    if (request === undefined) throw new Error(`the sink has seen no request ${count}`);
    return request;
  }
}

/** The value of a request's header, or undefined. */
export function headerOf(request: RecordedRequest, name: string): string | undefined {
  return findHeader(request.headers, name);
}
