import type { Http2SecureServer, Http2Server, Http2ServerRequest, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import {
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from "@connectrpc/connect";
import { codeFromHttpStatus, errorFromJsonBytes } from "@connectrpc/connect/protocol-connect";
import type { Clock, Timer } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import { DebuginfoService } from "../gen/debuginfo/v1alpha1/debuginfo_pb.ts";
import { PusherService } from "../gen/push/v1/push_pb.ts";
import { formatAddress, type ListenAddress } from "../http/listen_address.ts";
import type { ListenerPool, RequestHandler, ServerFacts } from "../http/listener.ts";
import type { ServerAuth } from "../http/server_auth.ts";
import { isClientRefused, nodeTlsOptions, type ServerTls } from "../http/server_tls.ts";
import { gated } from "./grpc_gate.ts";

/** Bounds of the listener; times in milliseconds, 0 for none. */
export interface GrpcLimits {
  readonly maxMessageBytes: number;
  readonly maxConnections: number;
  readonly idleMs: number;
  readonly maxAgeMs: number;
}

/** What the door works with. */
export interface GrpcDoorParts {
  readonly address: ListenAddress;
  readonly listeners: ListenerPool;
  readonly tls: ServerTls | undefined;
  readonly limits: GrpcLimits;
  /** Serves the calls, in the form of Connect's unary ones, as on the main port. */
  readonly handler: RequestHandler;
  /** Judges the callers; undefined where everybody may call. */
  readonly auth: ServerAuth | undefined;
  readonly clock: Clock;
}

/** Calls that one connection may have under way; what gRPC servers in Go, Alloy's among them, default to. */
export const maxConcurrentStreams = 100;

const remoteKey = createContextKey<ReturnType<ServerFacts["requestIP"]>>(null, {
  description: "where the caller is",
});

/**
 * The gRPC port. Bun's own server sends no trailers, which gRPC needs, so this one is node:http2's; it is loaded
 * only where the configuration asks for it.
 */
export class GrpcDoor {
  readonly #parts: GrpcDoorParts;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #ages = new Map<ServerHttp2Session, Timer>();
  #server: Http2Server | Http2SecureServer | undefined;
  #unshare: (() => void) | undefined;

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
    const adapter = connectNodeAdapter({
      readMaxBytes: this.#parts.limits.maxMessageBytes,
      contextValues: ({ socket }) => createContextValues().set(remoteKey, remoteOf(socket)),
      routes: (router) => this.#addRoutes(router),
    });
    const serve = gated(adapter, this.#parts.auth, (request, headers) => this.#refuse(request, headers));
    const server =
      tls === undefined
        ? http2.createServer({ settings }, serve)
        : http2.createSecureServer({ ...nodeTlsOptions(tls), settings, ALPNProtocols: ["h2"] }, serve);
    server.on("session", (session) => this.#follow(session));
    // A handshake that fails concerns only the client, which learns of it from TLS itself.
    server.on("tlsClientError", () => {});
    server.on("sessionError", () => {});
    this.#server = server;
    this.#unshare = this.#parts.listeners.share(address);
    await listening(server, address);
  }

  /** Uses other certificates for connections that come from now on. */
  renewTls(tls: ServerTls): void {
    const server = this.#server;
    if (server !== undefined && "setSecureContext" in server) server.setSecureContext(nodeTlsOptions(tls));
  }

  /** Lets calls under way finish within `graceMs`. */
  async close(graceMs: number): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const session of this.#sessions) session.close();
    const timer = this.#parts.clock.schedule(graceMs, () => {
      for (const session of this.#sessions) session.destroy();
    });
    await closed;
    timer.cancel();
    this.#unshare?.();
  }

  #addRoutes(router: ConnectRouter): void {
    const { push } = PusherService.method;
    const { shouldInitiateUpload, uploadFinished } = DebuginfoService.method;
    router.rpc(push, (message, context) => this.#call(push, message, context));
    router.rpc(shouldInitiateUpload, (message, context) =>
      this.#call(shouldInitiateUpload, message, context),
    );
    router.rpc(uploadFinished, (message, context) => this.#call(uploadFinished, message, context));
  }

  // Everything about a call but its framing is the same on both ports, so the handler of the main one serves it.
  async #call<Input extends DescMessage, Output extends DescMessage>(
    method: DescMethodUnary<Input, Output>,
    message: MessageShape<Input>,
    context: HandlerContext,
  ): Promise<MessageShape<Output>> {
    const headers = new Headers(context.requestHeader);
    for (const name of ["content-encoding", "content-length", "te"]) headers.delete(name);
    headers.set("content-type", "application/proto");
    const request = new Request(`http://grpc/${method.parent.typeName}/${method.name}`, {
      method: "POST",
      headers,
      body: toBinary(method.input, message),
      signal: context.signal,
    });
    const remote = context.values.get(remoteKey);
    const response = await this.#parts.handler(request, { requestIP: () => remote, timeout: () => {} });
    const bytes = await response.bytes();
    if (response.ok) return fromBinary(method.output, bytes);
    throw errorOf(response, bytes);
  }

  // The handler refuses it once more, in its own way, so that it shows wherever refusals do.
  async #refuse(request: Http2ServerRequest, headers: Headers): Promise<ConnectError> {
    headers.set("content-type", "application/proto");
    const empty = new Request(`http://grpc${request.url}`, { method: "POST", headers });
    const remote = remoteOf(request.socket);
    const response = await this.#parts.handler(empty, { requestIP: () => remote, timeout: () => {} });
    if (response.ok) return new ConnectError("the credentials have just changed", Code.Unavailable);
    return errorOf(response, await response.bytes());
  }

  #follow(session: ServerHttp2Session): void {
    const { limits, tls, clock } = this.#parts;
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

function remoteOf({ remoteAddress, remotePort }: Pick<Socket, "remoteAddress" | "remotePort">) {
  if (remoteAddress === undefined || remotePort === undefined) return null;
  return { address: remoteAddress, port: remotePort, family: familyOf(remoteAddress) };
}

function familyOf(address: string): "IPv4" | "IPv6" {
  return address.includes(":") ? "IPv6" : "IPv4";
}

function errorOf(response: Response, bytes: Uint8Array): ConnectError {
  const fallback = new ConnectError(`HTTP ${response.status}`, codeFromHttpStatus(response.status));
  if (response.headers.get("content-type")?.startsWith("application/json") !== true) return fallback;
  try {
    return errorFromJsonBytes(bytes, undefined, fallback);
  } catch {
    return new ConnectError("the answer can't be read", Code.Internal);
  }
}

function listening(server: Http2Server | Http2SecureServer, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const where = formatAddress(host, port);
      reject(new CodedError("already_exists", `can't listen for gRPC on ${where}: ${error.message}`));
    });
    server.listen({ host: host === "" ? "::" : host, port, reusePort: true }, () => resolve());
  });
}
