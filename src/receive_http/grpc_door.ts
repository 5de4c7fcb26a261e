import type { Http2SecureServer, Http2Server, ServerHttp2Session } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { Clock, Timer } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import { formatAddress, type ListenAddress } from "../http/listen_address.ts";
import type { Listeners, RequestHandler, SharedAddress } from "../http/listener.ts";
import type { ServerAuth } from "../http/server_auth.ts";
import { isClientRefused, nodeTlsOptions, type ServerTls } from "../http/server_tls.ts";
import { GrpcCalls } from "./grpc_calls.ts";
import { bounded, gated, type ServeCall } from "./grpc_gate.ts";

/** Bounds of the listener; times in milliseconds, 0 for none. */
export interface GrpcLimits {
  readonly maxMessageBytes: number;
  readonly maxConnections: number;
  readonly idleMs: number;
  readonly maxAgeMs: number;
  /** How long a call may take to arrive. */
  readonly readMs: number;
}

/** What the door works with. */
export interface GrpcDoorParts {
  readonly address: ListenAddress;
  readonly listeners: Listeners;
  readonly tls: ServerTls | undefined;
  /** As they are now. */
  readonly limits: () => GrpcLimits;
  /** Judges the callers; undefined where everybody may call. */
  readonly auth: ServerAuth | undefined;
  readonly clock: Clock;
}

/** Calls that one connection may have under way; what gRPC servers in Go, Alloy's among them, default to. */
export const maxConcurrentStreams = 100;

/** How long a connection that has begun to be opened may take to come in, in milliseconds. */
const arrivalMs = 500;

/**
 * The gRPC port. Bun's own server sends no trailers, which gRPC needs, so this one is node:http2's; it is loaded
 * only where the configuration asks for it.
 */
export class GrpcDoor {
  readonly #parts: GrpcDoorParts;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #ages = new Map<ServerHttp2Session, Timer>();
  readonly #calls = new GrpcCalls();
  readonly #left = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #server: Http2Server | Http2SecureServer | undefined;
  #place: SharedAddress | undefined;
  /** Set when another door has taken the address over. */
  #leaving: Timer | undefined;
  #hasLeft = false;

  constructor(parts: GrpcDoorParts) {
    this.#parts = parts;
  }

  get address(): string {
    const address = this.#server?.address();
    return typeof address === "object" && address !== null
      ? formatAddress(address.address, address.port)
      : "";
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#sessions.size;
  }

  /** @throws CodedError where the port can't be opened. */
  async open(): Promise<void> {
    const { address, tls } = this.#parts;
    const [http2, { connectNodeAdapter }] = await Promise.all([
      import("node:http2"),
      import("@connectrpc/connect-node"),
    ]);
    const settings = { maxConcurrentStreams };
    const newAdapter = (readMaxBytes: number) => ({
      readMaxBytes,
      serve: connectNodeAdapter({
        readMaxBytes,
        contextValues: (request) => this.#calls.contextOf(request),
        routes: (router) => this.#calls.addRoutes(router),
      }),
    });
    let adapter = newAdapter(this.#parts.limits().maxMessageBytes);
    const adapt: ServeCall = (request, response) => {
      const { maxMessageBytes } = this.#parts.limits();
      if (adapter.readMaxBytes !== maxMessageBytes) adapter = newAdapter(maxMessageBytes);
      adapter.serve(request, response);
    };
    const admit = gated(adapt, this.#parts.auth, (request, headers) => this.#calls.refuse(request, headers));
    const serve = bounded(admit, () => this.#parts.limits().readMs, this.#parts.clock);
    const server =
      tls === undefined
        ? http2.createServer({ settings }, serve)
        : http2.createSecureServer({ ...nodeTlsOptions(tls), settings, ALPNProtocols: ["h2"] }, serve);
    server.on("session", (session) => this.#follow(session));
    // A handshake that fails concerns only the client, which learns of it from TLS itself.
    server.on("tlsClientError", () => {});
    server.on("sessionError", () => {});
    this.#server = server;
    this.#place = this.#parts.listeners.share(address, {
      leaveSoon: () => this.#leaveSoon(),
      leaveNow: () => {
        if (this.#leaving !== undefined) this.#leave();
      },
    });
    try {
      this.#place.note(await listening(server, this.#place.address));
    } catch (thrown) {
      this.#place.leave();
      throw thrown;
    }
  }

  /** Begins to serve calls, in the form of Connect's unary ones, as on the main port; until then they wait. */
  use(handler: RequestHandler): void {
    this.#calls.use(handler);
    this.#place?.takeOver();
  }

  /** Uses other certificates for connections that come from now on. */
  renewTls(tls: ServerTls): void {
    const server = this.#server;
    if (server !== undefined && "setSecureContext" in server) server.setSecureContext(nodeTlsOptions(tls));
  }

  /** Lets calls under way finish within `graceMs`. */
  async close(graceMs: number): Promise<void> {
    if (this.#server === undefined) return;
    if (this.#leaving === undefined) this.#leave();
    const timer = this.#parts.clock.schedule(graceMs, () => {
      for (const session of this.#sessions) session.destroy();
    });
    await this.#closed.promise;
    timer.cancel();
    this.#place?.leave();
  }

  // What was on its way when another door took over has to come in before it can be sent there.
  #leaveSoon(): Promise<void> {
    this.#leaving ??= this.#parts.clock.schedule(arrivalMs, () => this.#leave());
    return this.#left.promise;
  }

  // Calls under way go on; those after them find their connections closing.
  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#leaving?.cancel();
    this.#server?.close(() => this.#closed.resolve());
    this.#left.resolve();
    for (const session of this.#sessions) session.close();
  }

  #follow(session: ServerHttp2Session): void {
    const { tls, clock } = this.#parts;
    const limits = this.#parts.limits();
    const isTooMany = limits.maxConnections > 0 && this.#sessions.size >= limits.maxConnections;
    if (isTooMany || (tls !== undefined && isClientRefused(session.socket as TLSSocket, tls))) {
      session.destroy();
      return;
    }
    this.#sessions.add(session);
    session.setTimeout(limits.idleMs, () => session.close());
    if (limits.maxAgeMs > 0) {
      // Give or take a tenth, so that connections that began together do not end together.
      const ageMs = limits.maxAgeMs * (0.9 + 0.2 * Math.random());
      this.#ages.set(
        session,
        clock.schedule(ageMs, () => session.close()),
      );
    }
    session.on("error", () => session.destroy());
    session.on("close", () => {
      this.#sessions.delete(session);
      this.#ages.get(session)?.cancel();
      this.#ages.delete(session);
    });
  }
}

/** @returns the port that it is. */
function listening(server: Http2Server | Http2SecureServer, { host, port }: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const where = formatAddress(host, port);
      reject(new CodedError("already_exists", `can't listen for gRPC on ${where}: ${error.message}`));
    });
    server.listen({ host: host === "" ? "::" : host, port, reusePort: true }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
