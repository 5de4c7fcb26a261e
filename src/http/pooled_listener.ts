import type { Clock } from "../base/clock.ts";
import { formatAddress, type ListenAddress } from "./listen_address.ts";
import { ListeningSockets } from "./listening_sockets.ts";
import { listenError, openServer } from "./open_port.ts";
import type { RequestHandler, ServerFacts } from "./request_handler.ts";
import type { ServerTls } from "./server_tls.ts";
import { TlsFront, type TlsFrontParts } from "./tls_front.ts";

/** How to listen. */
export interface ListenOptions {
  /** After which a silent connection is closed; at most 255. */
  readonly idleSeconds: number;
  /** Whether HTTP/2 is spoken too, over TLS and in clear text. */
  readonly http2?: boolean;
  readonly tls?: ServerTls | undefined;
}

/** An open listener, used by one component at a time. */
export interface Listener {
  /** The address that it really listens on, such as `127.0.0.1:4040`. */
  readonly address: string;
  readonly port: number;
  /** Hands requests to `handler` from now on, and connections from now on come here alone. */
  use(handler: RequestHandler): void;
  /** Closes it unless another component has claimed it since; resolves when its requests are answered. */
  release(graceMs: number): Promise<void>;
  /**
   * Stops accepting, because another listener has taken the port over, while connections go on: each closes
   * after its next answer, and what is still there after `graceMs` is closed then.
   */
  retire(graceMs: number): void;
}

/**
 * How long a connection that has begun to be opened may take to come in, in milliseconds: Bun's server lets the
 * kernel keep it for a second until its first bytes are there.
 */
const arrivalMs = 2000;

/** How long a request waits for the listener to be used, in milliseconds. */
const startMs = 1000;

/** Where Bun's server listens behind a front; the system chooses the port. */
const innerAddress: ListenAddress = { host: "127.0.0.1", port: 0 };

/** What a pooled listener is made of. */
export interface ListenerParts {
  readonly address: ListenAddress;
  readonly options: ListenOptions;
  readonly clock: Clock;
  /** How many processes listen at the same address. */
  readonly processes: number;
  /** Told when it no longer counts as open; `left` resolves when it no longer accepts anything. */
  readonly onLeaving: (left: Promise<void>) => void;
  /** Told when it no longer accepts anything. */
  readonly onLeft: () => void;
}

/** A listener of a pool, whose connections another can take over without losing one. */
export class PooledListener implements Listener {
  readonly #parts: ListenerParts;
  readonly #server: Bun.Server<undefined>;
  readonly #front: TlsFront | undefined;
  /** Undefined until another listens at the same address, and where they can't be told apart. */
  #sockets: ListeningSockets | undefined;
  /** What listens at the same address, until this is used. */
  #predecessor: PooledListener | undefined;
  #handler: RequestHandler;
  /** Where connections come instead, once that is used. */
  #successor: PooledListener | undefined;
  /** Those that have retired in favour of this and still have connections. */
  readonly #retired = new Set<PooledListener>();
  readonly #used = Promise.withResolvers<boolean>();
  #leave = () => {};
  claims = 1;

  constructor(parts: ListenerParts, predecessor: PooledListener | undefined) {
    this.#parts = parts;
    this.#predecessor = predecessor;
    // Connections come here as soon as this listens: until it is used they find what they would have found before.
    this.#handler =
      predecessor === undefined
        ? (request, server) => this.#whenUsed(request, server)
        : (request, server) => predecessor.#handler(request, server);
    const before = predecessor?.lookAround();
    const { address, options } = parts;
    const { tls, idleSeconds, http2 = false } = options;
    let front: TlsFront | undefined;
    const handle: RequestHandler = (request, server) => this.#handler(request, server);
    try {
      // Bun's server can't ask what a client's certificate is; where that matters a front does.
      if (tls?.clientCheck === undefined) {
        this.#server = openServer(address, { idleSeconds, http2, tls: tls?.serveOptions }, handle);
      } else {
        const guarded: RequestHandler = (request, server) =>
          front === undefined ? notReady() : front.guard(request, server, handle);
        this.#server = openServer(innerAddress, { idleSeconds, http2, tls: undefined }, guarded);
        const inner = { host: innerAddress.host, port: this.#server.port ?? 0 };
        front = openFront({ address, tls, http2, inner }, this.#server);
      }
    } catch (thrown) {
      throw listenError(address, thrown);
    }
    this.#front = front;
    this.#sockets = before && ListeningSockets.at(this.port)?.since(before);
  }

  get port(): number {
    return this.#front?.port ?? this.#server.port ?? 0;
  }

  get address(): string {
    return formatAddress(this.#front?.host ?? this.#server.hostname ?? "", this.port);
  }

  get options(): ListenOptions {
    return this.#parts.options;
  }

  isAt(address: ListenAddress): boolean {
    const asked = this.#parts.address;
    // Where the system chose the port, it is asked for by its number from then on.
    const isPort = asked.port === address.port || this.port === address.port;
    return address.port !== 0 && asked.host === address.host && isPort;
  }

  use(handler: RequestHandler): void {
    this.#handler = handler;
    this.#used.resolve(true);
    if (this.#predecessor === undefined) return;
    this.#predecessor.#successor = this;
    this.#predecessor = undefined;
    ListeningSockets.at(this.port)?.preferNewest(this.#parts.processes);
  }

  async release(graceMs: number): Promise<void> {
    this.claims -= 1;
    if (this.claims > 0) return;
    let closed: Promise<void> | undefined;
    await this.#leaveBy(() => {
      this.#front?.close();
      closed = this.#finish(graceMs);
    });
    const retired = [...this.#retired].map((one) => {
      one.leaveNow();
      return one.#finish(graceMs);
    });
    await Promise.all([closed, ...retired]);
  }

  retire(graceMs: number): void {
    const own = this.#handler;
    // Whoever uses the port by then answers: what used it before may have ended.
    this.#handler = async (request, server) => {
      const { newest } = this;
      const response = await (newest === this ? own : newest.#handler)(request, server);
      response.headers.set("Connection", "close");
      return response;
    };
    for (const one of [this, ...this.#retired]) this.newest.#retired.add(one);
    void this.#leaveBy(() => {
      this.#front?.close();
      if (this.#front === undefined && this.#sockets?.unplug() !== true) void this.#server.stop(false);
    });
    this.#parts.clock.schedule(graceMs, () => {
      this.newest.#retired.delete(this);
      void this.#server.stop(true);
      this.#front?.end();
    });
  }

  /** Stops accepting without waiting any longer, where it is about to. */
  leaveNow(): void {
    this.#leave();
  }

  /** The one that came last of those that have taken over one after the other. */
  get newest(): PooledListener {
    return this.#successor?.newest ?? this;
  }

  // Other processes may serve the same port already, so who comes here must not be worse off for it.
  async #whenUsed(request: Request, server: ServerFacts): Promise<Response> {
    const timer = this.#parts.clock.schedule(startMs, () => this.#used.resolve(false));
    const isUsed = await this.#used.promise;
    timer.cancel();
    return isUsed ? this.#handler(request, server) : notReady();
  }

  /** Lets requests under way finish within `graceMs`, and ends connections that have none. */
  async #finish(graceMs: number): Promise<void> {
    const timer = this.#parts.clock.schedule(graceMs, () => this.#server.stop(true));
    const closed = this.#server.stop(false);
    this.#server.closeIdleConnections();
    await closed;
    timer.cancel();
    this.#front?.end();
  }

  /** Stops accepting by `close`: at once, or, where connections come to another by now, when the last are in. */
  #leaveBy(close: () => void): Promise<void> {
    const { clock, onLeaving, onLeft } = this.#parts;
    const left = Promise.withResolvers<void>();
    this.#leave = () => {
      timer?.cancel();
      this.#leave = () => {};
      onLeft();
      close();
      left.resolve();
    };
    onLeaving(left.promise);
    const timer = this.#successor && clock.schedule(arrivalMs, () => this.#leave());
    if (timer === undefined) this.#leave();
    return left.promise;
  }

  /** What listens at this port. To be called before another opens it: afterwards the two can't be told apart. */
  lookAround(): ListeningSockets | undefined {
    const listening = ListeningSockets.at(this.port);
    this.#sockets ??= listening;
    return listening;
  }
}

/** Opens a front, or closes the server behind it again where that can't be done. */
function openFront(parts: TlsFrontParts, server: Bun.Server<undefined>): TlsFront {
  try {
    return new TlsFront(parts);
  } catch (thrown) {
    void server.stop(true);
    throw thrown;
  }
}

function notReady(): Response {
  return new Response("starting\n", { status: 503, headers: { "Retry-After": "1" } });
}
