import type { Clock } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import { orAborted } from "../base/or_aborted.ts";
import { ClientTls, type ClientTlsArguments } from "./client_tls.ts";
import { isConnectionReset } from "./connection_failure.ts";
import { ConnectionPool, canBeSentAgain } from "./connection_pool.ts";
import type { KeptConnections } from "./kept_connections.ts";
import { type OAuth2Arguments, TokenSource } from "./oauth2.ts";
import { type ProxyArguments, proxyFor } from "./proxy.ts";
import { readAnswer } from "./read_answer.ts";
import { secretSource } from "./secret_source.ts";

/** The arguments that say how an endpoint is reached. */
export interface TransportArguments extends ProxyArguments {
  readonly url: string;
  readonly remote_timeout: number;
  readonly enable_http2: boolean;
  readonly tls_config?: ClientTlsArguments | undefined;
  readonly oauth2?: OAuth2Arguments | undefined;
}

/** What a transport is made in. */
export interface TransportContext {
  readonly clock: Clock;
  /** Told, in words for the operator, of changed files that can't be used. */
  readonly onProblem: (problem: string) => void;
}

/** The way to an endpoint: its connections, its TLS, its proxy, and the tokens that it asks for. */
export class Transport {
  readonly #pool: ConnectionPool;
  readonly #tokens: TokenSource | undefined;

  /** @throws where a file that the arguments name can't be read. */
  constructor(args: TransportArguments, context: TransportContext) {
    this.#pool = openPool(args.url, args, args.enable_http2, context);
    this.#tokens = args.oauth2 && tokenSource(args.oauth2, args.remote_timeout, context);
  }

  /** The connections that requests take turns on; undefined where they all share one by HTTP/2, or will. */
  get kept(): KeptConnections | undefined {
    return this.#pool.kept;
  }

  /** @param onChange called when credentials or certificates have changed. */
  start(onChange?: () => void): void {
    this.#pool.start(onChange);
    this.#tokens?.start(onChange);
  }

  stop(): void {
    this.#pool.stop();
    this.#tokens?.stop();
  }

  /**
   * Sends a request. Where tokens are asked for it carries one, over any other Authorization, and one that the
   * server no longer takes is replaced once.
   *
   * @throws CodedError where there is no token; else as fetch does.
   */
  fetch(url: string, init: BunFetchRequestInit): Promise<Response> {
    return this.#tokens === undefined
      ? this.#pool.fetch(url, init)
      : this.#authorized(this.#tokens, url, init);
  }

  /** Why `fetch` threw. `isReset`: the connection ended before any byte of an answer. */
  async explain(
    thrown: unknown,
    withinMs: number,
  ): Promise<{ readonly text: string; readonly isReset: boolean }> {
    if (thrown instanceof CodedError) return { text: thrown.message, isReset: false };
    return { text: await this.#pool.explain(thrown, withinMs), isReset: isConnectionReset(thrown) };
  }

  async #authorized(tokens: TokenSource, url: string, init: BunFetchRequestInit): Promise<Response> {
    const token = await inTime(tokens.token(), init.signal);
    const response = await this.#pool.fetch(url, withToken(init, token));
    if (response.status !== 401) tokens.prove(token);
    const replacement =
      response.status === 401 && canBeSentAgain(init) ? tokens.replacement(token) : undefined;
    if (replacement === undefined) return response;
    await readAnswer(response);
    const renewed = await inTime(replacement, init.signal);
    const second = await this.#pool.fetch(url, withToken(init, renewed));
    if (second.status !== 401) tokens.prove(renewed);
    return second;
  }
}

function withToken(init: BunFetchRequestInit, token: string): BunFetchRequestInit {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${token}`);
  return { ...init, headers };
}

// Several requests wait for one token, so none of them may end the others' wait.
function inTime(token: Promise<string>, signal: AbortSignal | null | undefined): Promise<string> {
  if (!signal) return token;
  return orAborted(token, signal, () => {
    throw new CodedError("unavailable", "no OAuth2 token came in time");
  });
}

function openPool(
  url: string,
  args: ProxyArguments & { readonly tls_config?: ClientTlsArguments | undefined },
  http2: boolean,
  { clock, onProblem }: TransportContext,
): ConnectionPool {
  const tls = args.tls_config && new ClientTls(args.tls_config, clock);
  return new ConnectionPool({ url, tls, proxy: proxyFor(url, args, process.env), http2, clock, onProblem });
}

function tokenSource(args: OAuth2Arguments, remoteTimeoutMs: number, context: TransportContext): TokenSource {
  const { clock, onProblem } = context;
  const secret = secretSource(args.client_secret, args.client_secret_file, clock, onProblem);
  if (secret === undefined) throw new Error("oauth2 has no client secret, though its check asks for one");
  return new TokenSource({
    secret,
    clock,
    request: {
      tokenUrl: args.token_url,
      clientId: args.client_id,
      scopes: args.scopes,
      extraParameters: args.endpoint_params,
      pool: openPool(args.token_url, args, false, context),
      authentication: { way: undefined },
      // An attempt that waits for a token must have time left to use it.
      timeoutMs: remoteTimeoutMs / 2,
      clock,
    },
  });
}
