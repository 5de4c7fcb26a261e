import { CodedError, messageOf, systemCodeOf } from "../base/failure.ts";

/** Answers one request. `server` sets a request's timeout and knows the sender's address. */
export type RequestHandler = (
  request: Request,
  server: Bun.Server<undefined>,
) => Response | Promise<Response>;

/** Where to listen. */
export interface ListenAddress {
  /** A host name or address; empty for all addresses. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** An open listener, used by one component at a time. */
export interface Listener {
  /** The address that it really listens on, such as `127.0.0.1:4040`. */
  readonly address: string;
  readonly server: Bun.Server<undefined>;
  /** Hands requests to `handler` from now on. */
  use(handler: RequestHandler): void;
  /** Closes it unless another component has claimed it since; resolves when its requests are answered. */
  release(graceMs: number): Promise<void>;
}

/** Seconds that Bun.serve takes at most as an idle timeout. */
export const longestIdleSeconds = 255;

/**
 * Listeners by address. A component that is to listen where another does takes the open listener over, so
 * that a reload never closes a port that stays in use: no request fails, and nothing has to be bound twice.
 */
export class ListenerPool {
  readonly #open = new Map<string, PooledListener>();
  readonly #reusePort: boolean;

  /** @param reusePort lets several processes listen at one port. */
  constructor(reusePort = false) {
    this.#reusePort = reusePort;
  }

  /**
   * Opens a listener, or takes over the one that is open there.
   *
   * @param idleSeconds after which a silent connection is closed; 0 for never.
   * @throws CodedError where the address can't be listened on.
   */
  claim(address: ListenAddress, idleSeconds: number): Listener {
    const key = `${address.host}:${address.port} ${idleSeconds}`;
    const known = address.port === 0 ? undefined : this.#open.get(key);
    if (known !== undefined) {
      known.claims += 1;
      return known;
    }
    const listener = new PooledListener(listen(address, idleSeconds, this.#reusePort), () => {
      if (this.#open.get(key) === listener) this.#open.delete(key);
    });
    if (address.port !== 0) this.#open.set(key, listener);
    return listener;
  }
}

class PooledListener implements Listener {
  readonly server: Bun.Server<undefined>;
  readonly #onClose: () => void;
  #handler: RequestHandler = notReady;
  claims = 1;

  constructor(open: (handler: RequestHandler) => Bun.Server<undefined>, onClose: () => void) {
    this.server = open((request, server) => this.#handler(request, server));
    this.#onClose = onClose;
  }

  get address(): string {
    return formatAddress(this.server.hostname ?? "", this.server.port ?? 0);
  }

  use(handler: RequestHandler): void {
    this.#handler = handler;
  }

  async release(graceMs: number): Promise<void> {
    this.claims -= 1;
    if (this.claims > 0) return;
    this.#onClose();
    const closed = this.server.stop(false);
    this.server.closeIdleConnections();
    const timer = setTimeout(() => this.server.stop(true), graceMs);
    await closed;
    clearTimeout(timer);
  }
}

/** Writes an address so that it can be read back: IPv6 in brackets. */
export function formatAddress(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Reads `host:port`, `[::1]:port` or `:port`.
 *
 * @returns undefined where the text is no address.
 */
export function parseAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  return port > 65_535 ? undefined : { host: match[1] ?? match[2] ?? "", port };
}

function listen(address: ListenAddress, idleSeconds: number, reusePort: boolean) {
  return (handler: RequestHandler): Bun.Server<undefined> => {
    try {
      return Bun.serve({
        hostname: address.host === "" ? "::" : address.host,
        port: address.port,
        reusePort,
        idleTimeout: Math.min(idleSeconds, longestIdleSeconds),
        // Bodies are bounded where they are read, with an answer that fits the protocol.
        maxRequestBodySize: Number.MAX_SAFE_INTEGER,
        fetch: handler,
        error: () => new Response("internal error\n", { status: 500 }),
      });
    } catch (thrown) {
      throw listenError(address, thrown);
    }
  };
}

function listenError(address: ListenAddress, thrown: unknown): CodedError {
  const where = formatAddress(address.host, address.port);
  switch (systemCodeOf(thrown)) {
    case "EADDRINUSE":
      return new CodedError(
        "already_exists",
        `can't listen on ${where}: the port is in use by another program`,
      );
    case "EACCES":
      return new CodedError(
        "permission_denied",
        `can't listen on ${where}: no permission (ports below 1024 need it)`,
      );
    case "EADDRNOTAVAIL":
      return new CodedError("invalid_argument", `can't listen on ${where}: this machine has no such address`);
    default:
      return new CodedError("unavailable", `can't listen on ${where}: ${messageOf(thrown)}`);
  }
}

function notReady(): Response {
  return new Response("starting\n", { status: 503, headers: { "Retry-After": "1" } });
}
