import type { Socket } from "node:net";
import type { Server, TLSSocket } from "node:tls";
import { CodedError } from "../base/failure.ts";
import type { ListenAddress } from "./listen_address.ts";
import type { RequestHandler, ServerFacts } from "./request_handler.ts";
import { isClientRefused, nodeTlsOptions, type ServerTls } from "./server_tls.ts";

/** What a front is made of. */
export interface TlsFrontParts {
  readonly address: ListenAddress;
  readonly tls: ServerTls;
  readonly http2: boolean;
  /** Where on this machine Bun's server listens behind it. */
  readonly inner: ListenAddress;
}

type Sender = ReturnType<ServerFacts["requestIP"]>;

/**
 * Ends TLS before Bun's server, for the two kinds of client authentication that it does not know: a certificate
 * that must be there but need not be verified, and one that must be valid if it is there. Plain bytes go on to
 * that server, which answers nobody who has not come this way.
 */
export class TlsFront {
  readonly #parts: TlsFrontParts;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Who is outside, by the port that the connection to the server inside comes from. */
  readonly #senders = new Map<number, Sender>();

  /** @throws where the address can't be listened on. */
  constructor(parts: TlsFrontParts) {
    this.#parts = parts;
    const { address, tls, http2 } = parts;
    const { createServer } = process.getBuiltinModule("node:tls");
    const ALPNProtocols = http2 ? ["h2", "http/1.1"] : ["http/1.1"];
    this.#server = createServer({ ...nodeTlsOptions(tls), ALPNProtocols }, (socket) => this.#accept(socket));
    // A client that fails the handshake learns it from TLS itself; there is nobody else to tell.
    this.#server.on("tlsClientError", () => {});
    // Whether the address can be had shows at once, in the address that it then has.
    this.#server.on("error", () => {});
    this.#server.listen({
      host: address.host === "" ? "::" : address.host,
      port: address.port,
      reusePort: true,
    });
    if (this.#server.address() === null) {
      this.end();
      throw new CodedError("already_exists", "the address can't be listened on");
    }
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get host(): string {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.address : "";
  }

  /** Lets a request that came to the server inside through to `handler`, which is told who is outside. */
  guard(request: Request, server: ServerFacts, handler: RequestHandler): Response | Promise<Response> {
    const sender = this.#senders.get(server.requestIP(request)?.port ?? 0);
    // Whoever has come another way has shown no certificate.
    if (sender === undefined) return new Response(null, { status: 403, headers: { Connection: "close" } });
    return handler(request, {
      requestIP: () => sender,
      timeout: (which, seconds) => server.timeout(which, seconds),
    });
  }

  /** Accepts nothing more. */
  close(): void {
    this.#server.close();
  }

  /** Ends what is still open. */
  end(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(outer: TLSSocket): void {
    const { remoteAddress: address, remotePort: port } = outer;
    if (isClientRefused(outer, this.#parts.tls) || address === undefined || port === undefined) {
      outer.destroy();
      return;
    }
    const { inner: where } = this.#parts;
    const { connect } = process.getBuiltinModule("node:net");
    const inner = connect({ host: where.host, port: where.port });
    this.#tie(outer, inner);
    this.#tie(inner, outer);
    inner.once("connect", () => {
      const innerPort = inner.localPort ?? 0;
      this.#senders.set(innerPort, { address, port, family: address.includes(":") ? "IPv6" : "IPv4" });
      inner.once("close", () => this.#senders.delete(innerPort));
      outer.pipe(inner).pipe(outer);
    });
  }

  #tie(one: Socket, other: Socket): void {
    this.#sockets.add(one);
    one.setNoDelay(true);
    one.on("error", () => other.destroy());
    one.on("close", () => {
      this.#sockets.delete(one);
      // What it said last must still arrive.
      other.destroySoon();
    });
  }
}
