import { createSecureServer, type Http2SecureServer } from "node:http2";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { SecureVersion } from "node:tls";
import { withinMs } from "../wire/bounded.ts";
import type { KeyPair } from "./certificates.ts";

/** How a TLS sink is reached. */
export interface TlsSinkOptions {
  readonly pair: KeyPair;
  /** The authority that client certificates must be signed by; none is asked for otherwise. */
  readonly clientAuthority?: KeyPair;
  /** The only TLS version that it speaks; all otherwise. */
  readonly version?: SecureVersion;
  /** HTTP/2 as well as HTTP/1.1, or alone; HTTP/1.1 alone otherwise. */
  readonly http2?: "too" | "only";
}

/** A request as the sink got it. */
export interface TlsRequest {
  /** `1.1` or `2.0`. */
  readonly httpVersion: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A destination over TLS that answers 200 to everything. */
export class TlsSink implements AsyncDisposable {
  readonly requests: TlsRequest[] = [];
  readonly #server: Server | Http2SecureServer;
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  private constructor(server: Server | Http2SecureServer) {
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      this.#connections += 1;
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => this.#sockets.delete(socket));
    });
    // A handshake that fails is what some of the tests are about.
    server.on("tlsClientError", () => undefined);
  }

  /** Listens on a free port. */
  static async start(options: TlsSinkOptions): Promise<TlsSink> {
    const { pair, clientAuthority, version, http2 } = options;
    const tls = {
      cert: pair.cert,
      key: pair.key,
      ...(clientAuthority === undefined
        ? {}
        : { ca: clientAuthority.cert, requestCert: true, rejectUnauthorized: true }),
      ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
    };
    const server =
      http2 === undefined ? createServer(tls) : createSecureServer({ ...tls, allowHTTP1: http2 === "too" });
    const sink = new TlsSink(server);
    server.on("request", (request, response) => {
      sink.requests.push({
        httpVersion: request.httpVersion,
        path: request.url ?? "",
        authorization: request.headers.authorization,
      });
      request.resume();
      request.on("end", () => response.end());
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
    await promise;
    return sink;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Its base URL, with no slash at the end. */
  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** How many connections there were, failed handshakes included. */
  get connections(): number {
    return this.#connections;
  }

  /** Closes the port and breaks every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const socket of this.#sockets) socket.destroy();
    await withinMs(5_000, "closing the sink", promise);
  }
}
