import { type Clock, systemClock } from "../base/clock.ts";
import { formatAddress, type ListenAddress } from "./listen_address.ts";
import { ListeningSockets } from "./listening_sockets.ts";
import { listenError, openServer, probe } from "./open_port.ts";
import type { RequestHandler } from "./request_handler.ts";
import type { ServerTls } from "./server_tls.ts";
import { TlsFront, type TlsFrontParts } from "./tls_front.ts";

export { longestIdleSeconds } from "./open_port.ts";
export type { RequestHandler, ServerFacts } from "./request_handler.ts";

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

/** How long a connection that has begun to be opened may take to come in, in milliseconds. */
const arrivalMs = 500;

/** Where Bun's server listens behind a front; the system chooses the port. */
const innerAddress: ListenAddress = { host: "127.0.0.1", port: 0 };

/**
 * Listeners by address. A component that is to listen where another does takes the open listener over, or opens
 * a second one beside it where the options differ, so that a reload never leaves a port that stays in use.
 */
export class ListenerPool {
  readonly #open = new Set<PooledListener>();
  /** Those that have been taken over and wait for connections on their way to them. */
  readonly #leaving = new Set<PooledListener>();
  /** Where servers of this process listen that the pool has not opened. */
  readonly #shared = new Set<ListenAddress>();
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /**
   * Opens a listener, or takes over the one that is open there with the same options.
   *
   * @throws CodedError where the address can't be listened on.
   */
  claim(address: ListenAddress, options: ListenOptions): Listener {
    const there = [...this.#open].filter((one) => one.isAt(address));
    const known = there.find((one) => Bun.deepEquals(one.options, options));
    if (known !== undefined) {
      known.claims += 1;
      return known;
    }
    const newest = there.at(-1);
    if (newest === undefined) {
      for (const one of this.#leaving) if (one.isAt(address)) one.leaveNow();
      probe(address);
    }
    const parts: ListenerParts = {
      address,
      options,
      clock: this.#clock,
      onLeaving: () => {
        this.#open.delete(listener);
        this.#leaving.add(listener);
      },
      onLeft: () => this.#leaving.delete(listener),
    };
    const listener = new PooledListener(parts, newest);
    this.#open.add(listener);
    return listener;
  }

  /**
   * Lets a server that the pool does not open share an address with those of this process, and no other.
   *
   * @returns what to call when that server has closed.
   * @throws CodedError where somebody else listens there.
   */
  share(address: ListenAddress): () => void {
    const isOurs = [...this.#shared].some(({ host, port }) => host === address.host && port === address.port);
    if (!isOurs) probe(address);
    const entry = { ...address };
    this.#shared.add(entry);
    return () => this.#shared.delete(entry);
  }
}

interface ListenerParts {
  readonly address: ListenAddress;
  readonly options: ListenOptions;
  readonly clock: Clock;
  /** Told when it no longer counts as open. */
  readonly onLeaving: () => void;
  /** Told when it no longer accepts anything. */
  readonly onLeft: () => void;
}

class PooledListener implements Listener {
  readonly #parts: ListenerParts;
  readonly #server: Bun.Server<undefined>;
  readonly #front: TlsFront | undefined;
  /** Undefined until another listens at the same address, and where they can't be told apart. */
  #sockets: ListeningSockets | undefined;
  /** What listens at the same address, until this is used. */
  #predecessor: PooledListener | undefined;
  #handler: RequestHandler;
  #hasSuccessor = false;
  #leave = () => {};
  claims = 1;

  constructor(parts: ListenerParts, predecessor: PooledListener | undefined) {
    this.#parts = parts;
    this.#predecessor = predecessor;
    // Connections come here as soon as this listens: until it is used they find what they would have found before.
    this.#handler =
      predecessor === undefined ? notReady : (request, server) => predecessor.#handler(request, server);
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
    if (this.#predecessor === undefined) return;
    this.#predecessor.#hasSuccessor = true;
    this.#predecessor = undefined;
    ListeningSockets.at(this.port)?.preferNewest();
  }

  async release(graceMs: number): Promise<void> {
    this.claims -= 1;
    if (this.claims > 0) return;
    const timer = this.#parts.clock.schedule(graceMs, () => this.#server.stop(true));
    let closed: Promise<void> | undefined;
    await this.#leaveBy(() => {
      this.#front?.close();
      closed = this.#server.stop(false);
      this.#server.closeIdleConnections();
    });
    await closed;
    timer.cancel();
    this.#front?.end();
  }

  retire(graceMs: number): void {
    const handler = this.#handler;
    this.#handler = async (request, server) => {
      const response = await handler(request, server);
      response.headers.set("Connection", "close");
      return response;
    };
    void this.#leaveBy(() => {
      this.#front?.close();
      if (this.#front === undefined && this.#sockets?.unplug() !== true) void this.#server.stop(false);
    });
    this.#parts.clock.schedule(graceMs, () => {
      void this.#server.stop(true);
      this.#front?.end();
    });
  }

  /** Stops accepting without waiting any longer, where it is about to. */
  leaveNow(): void {
    this.#leave();
  }

  /** Stops accepting by `close`: at once, or, where connections come to another by now, when the last are in. */
  #leaveBy(close: () => void): Promise<void> {
    const { clock, onLeaving, onLeft } = this.#parts;
    return new Promise((resolve) => {
      this.#leave = () => {
        timer?.cancel();
        this.#leave = () => {};
        onLeft();
        close();
        resolve();
      };
      onLeaving();
      const timer = this.#hasSuccessor ? clock.schedule(arrivalMs, () => this.#leave()) : undefined;
      if (timer === undefined) this.#leave();
    });
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
