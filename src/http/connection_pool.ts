import type { Clock, Timer } from "../base/clock.ts";
import type { ClientTls, ClientTlsOptions } from "./client_tls.ts";
import { clientTlsProblem, defaultClientTls } from "./client_tls.ts";
import {
  describeConnectionFailure,
  isConnectionReset,
  isHandshakeRefused,
  isHttp2Refused,
} from "./connection_failure.ts";
import { KeptConnections, sharersOf } from "./kept_connections.ts";
import type { ProxyChoice } from "./proxy.ts";

/** How long files may change one after the other before they are used together, in milliseconds. */
const settleMs = 300;

/** How long the reason of a refused handshake holds, in milliseconds: every inquiry is a connection more. */
const reasonHoldsMs = 10_000;

/** What connections to one server are made with. */
export interface ConnectionPoolParts {
  /** A URL at that server. */
  readonly url: string;
  readonly tls: ClientTls | undefined;
  readonly proxy: ProxyChoice;
  /** Whether HTTP/2 is offered, over TLS. Bun's fetch can't do it through a proxy. */
  readonly http2: boolean;
  readonly clock: Clock;
  /** Told, in words for the operator, of changed files that can't be used. */
  readonly onProblem: (problem: string) => void;
}

type Protocol = "http2" | "http1.1";

/** Connections to one server, kept open between requests and shared with nobody else. */
export class ConnectionPool {
  readonly #parts: ConnectionPoolParts;
  readonly #url: URL;
  readonly #isPlain: boolean;
  readonly #offersHttp2: boolean;
  #tls: ClientTlsOptions;
  #session: Bun.FetchSession;
  #settling: Timer | undefined;
  /** What the server speaks, once it has answered. */
  #protocol: Protocol | undefined;
  /** Whether any answer came since TLS last changed. */
  #hasAnswered = false;
  readonly #kept: KeptConnections;
  /** When an answer last came on a connection that requests share. */
  #sharedAnswerAt = 0;
  #reason: { readonly until: number; readonly text: Promise<string | undefined> } | undefined;

  constructor(parts: ConnectionPoolParts) {
    this.#parts = parts;
    this.#url = new URL(parts.url);
    this.#isPlain = this.#url.protocol === "http:";
    this.#offersHttp2 = parts.http2 && !this.#isPlain && parts.proxy === false;
    this.#tls = parts.tls?.current() ?? defaultClientTls;
    this.#session = this.#openSession();
    this.#kept = new KeptConnections(parts.clock, this.#isPlain ? sharersOf.plain : sharersOf.tls);
  }

  /** The connections that requests take turns on; undefined where they all share one by HTTP/2, or will. */
  get kept(): KeptConnections | undefined {
    return this.#offersHttp2 && this.#protocol !== "http1.1" ? undefined : this.#kept;
  }

  /** @param onChange called when connections are made with other certificates than before. */
  start(onChange: () => void = () => {}): void {
    this.#parts.tls?.start(() => {
      this.#settling?.cancel();
      this.#settling = this.#parts.clock.schedule(settleMs, () => {
        if (this.#takeChange()) onChange();
      });
    });
  }

  stop(): void {
    this.#settling?.cancel();
    this.#parts.tls?.stop();
    this.#kept.close();
    this.#session.close();
  }

  /** Sends a request to the server; throws as fetch does. `init` is the pool's from then on. */
  fetch(url: string, init: BunFetchRequestInit): Promise<Response> {
    if (this.#isPlain) {
      init.session = this.#session;
      return fetch(url, init);
    }
    if (!this.#offersHttp2) return this.#fetchBy("http1.1", url, init);
    const mayFail = canBeSentAgain(init);
    const protocol = this.#protocol ?? (mayFail ? "http2" : "http1.1");
    if (protocol === "http1.1" || !mayFail) return this.#fetchBy(protocol, url, init);
    return this.#fetchBy("http2", url, init).catch((thrown) => {
      if (!isHttp2Refused(thrown) || init.signal?.aborted) throw thrown;
      return this.#fetchBy("http1.1", url, init);
    });
  }

  /** Why `fetch` threw, in words, found out within `withinMs`. */
  async explain(thrown: unknown, withinMs: number): Promise<string> {
    const { proxy } = this.#parts;
    const words = describeConnectionFailure(thrown, {
      isProxied: proxy !== false,
      expectedName: this.#tls.serverName ?? this.#url.hostname,
    });
    if (this.#isPlain || proxy !== false || withinMs <= 0) return words;
    // A server that has answered before may close an idle connection just as it is used again.
    const isUnclear = isHandshakeRefused(thrown) || (isConnectionReset(thrown) && !this.#hasAnswered);
    return isUnclear ? ((await this.#handshakeReason(withinMs)) ?? words) : words;
  }

  async #fetchBy(protocol: Protocol, url: string, init: BunFetchRequestInit): Promise<Response> {
    const isShared = init.keepalive !== false;
    // With HTTP/2 keepalive alone does not keep a request from a connection that others are using.
    const session = isShared || protocol === "http1.1" ? this.#session : this.#openSession();
    const unwatch = protocol === "http2" && isShared ? this.#watchSilence(session, init.signal) : undefined;
    try {
      const response = await fetch(url, { ...init, session, protocol });
      // A stream, which can't be sent twice, goes by HTTP/1.1 as long as nothing is known.
      if (canBeSentAgain(init)) this.#protocol = protocol;
      this.#hasAnswered = true;
      if (isShared) this.#sharedAnswerAt = this.#parts.clock.now();
      return response;
    } catch (thrown) {
      if (isHandshakeRefused(thrown) && this.#protocol === protocol) this.#protocol = undefined;
      throw thrown;
    } finally {
      unwatch?.();
    }
  }

  /**
   * All HTTP/2 requests share a connection, and one that is given up leaves it open, even where it is dead. So
   * where a request is given up and the connection said nothing all the time, the next ones take another one.
   */
  #watchSilence(session: Bun.FetchSession, signal: AbortSignal | null | undefined): () => void {
    const since = this.#parts.clock.now();
    const onAbort = () => {
      if (session === this.#session && this.#sharedAnswerAt < since) this.#renewSession();
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    return () => signal?.removeEventListener("abort", onAbort);
  }

  #takeChange(): boolean {
    const tls = this.#parts.tls?.current();
    if (tls === undefined) return false;
    const problem = clientTlsProblem(tls);
    if (problem !== undefined) {
      this.#parts.onProblem(
        `the new ${problem.part} of tls_config ${problem.message}: the old one stays in use`,
      );
      return false;
    }
    this.#tls = tls;
    this.#protocol = undefined;
    this.#hasAnswered = false;
    this.#reason = undefined;
    this.#renewSession();
    return true;
  }

  // What is under way on the old connections goes on.
  #renewSession(): void {
    const old = this.#session;
    this.#session = this.#openSession();
    old.close();
  }

  #openSession(): Bun.FetchSession {
    const { proxy } = this.#parts;
    const isTls = !this.#isPlain || (proxy !== false && proxy.url.startsWith("https:"));
    return new Bun.FetchSession(isTls ? { proxy, tls: this.#tls } : { proxy });
  }

  #handshakeReason(withinMs: number): Promise<string | undefined> {
    const { clock } = this.#parts;
    if (this.#reason === undefined || this.#reason.until <= clock.now()) {
      const handshake = { url: this.#url, tls: this.#tls, clock };
      const text = import("./tls_handshake.ts").then(({ inquireHandshake }) => inquireHandshake(handshake));
      this.#reason = { until: clock.now() + reasonHoldsMs, text };
    }
    const { text } = this.#reason;
    return new Promise((resolve) => {
      const timer = clock.schedule(withinMs, () => resolve(undefined));
      text.then((reason) => {
        timer.cancel();
        resolve(reason);
      });
    });
  }
}

/** Whether a request's body is still there once it has been sent, which that of a stream is not. */
export function canBeSentAgain({ body }: BunFetchRequestInit): boolean {
  return body instanceof Uint8Array || body instanceof URLSearchParams || typeof body === "string";
}
