import type { Clock, Timer } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import { ConnectionWatch } from "../http/connection_watch.ts";
import type { ListenAddress } from "../http/listen_address.ts";
import {
  type Listener,
  type Listeners,
  longestIdleSeconds,
  type RequestHandler,
  type ServerFacts,
} from "../http/listener.ts";
import type { ServerTls } from "../http/server_tls.ts";
import type { Logger } from "../telemetry/log.ts";
import type { HttpArguments } from "./schema.ts";
import { TlsFiles } from "./tls_files.ts";

/** A certificate and its key are written one after the other: both must be there before they are used. */
const settleMs = 300;

/** What the door works with. */
export interface HttpDoorParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly listeners: Listeners;
  /** As it is now; 0 for no limit. */
  readonly maxConnections: () => number;
  /** The senders, as `address:port`, whose requests are being served. */
  readonly serving: () => ReadonlySet<string>;
  /** Told of new certificates that are in use. */
  readonly onTls: (tls: ServerTls) => void;
  /** Told when new certificates can't be used, and with undefined when they can again. */
  readonly onTlsProblem: (problem: string | undefined) => void;
}

/** The port: opens it, follows its certificates, and keeps its connections within their limits. */
export class HttpDoor {
  readonly #parts: HttpDoorParts;
  #args: HttpArguments;
  #tlsFiles: TlsFiles | undefined;
  #listener: Listener | undefined;
  #watch: ConnectionWatch | undefined;
  #handler: RequestHandler | undefined;
  #tls: ServerTls | undefined;
  #renewing: Timer | undefined;

  constructor(args: HttpArguments, parts: HttpDoorParts) {
    this.#args = args;
    this.#parts = parts;
  }

  get address(): string | undefined {
    return this.#listener?.address;
  }

  get port(): number | undefined {
    return this.#listener?.port;
  }

  /** How many connections there are; undefined where that can't be told. */
  get connections(): number | undefined {
    return this.#watch?.count();
  }

  /** TLS as it was opened with; undefined where there is none. */
  get tls(): ServerTls | undefined {
    return this.#tls;
  }

  /** @throws CodedError where the port can't be opened, or the certificates can't be used. */
  open(): void {
    const { tls } = this.#args;
    this.#tlsFiles = tls === undefined ? undefined : new TlsFiles(tls, this.#parts.clock);
    this.#tls = this.#currentTls();
    this.#listener = this.#claim(this.#tls);
    this.#watch = new ConnectionWatch({
      port: this.#listener.port,
      limits: () => ({
        maxConnections: this.#parts.maxConnections(),
        readTimeoutMs: this.#args.server_read_timeout,
        maxAgeMs: this.#args.max_connection_age,
      }),
      serving: this.#parts.serving,
      clock: this.#parts.clock,
      log: this.#parts.log,
    });
  }

  /** Begins to hand requests to `handler`. */
  use(handler: RequestHandler): void {
    this.#handler = handler;
    this.#listener?.use(handler);
    this.#tlsFiles?.start(() => {
      this.#renewing?.cancel();
      this.#renewing = this.#parts.clock.schedule(settleMs, () => this.#renewTls());
    });
    this.#watch?.start();
  }

  /** Whether other arguments are other limits alone; else the port must be opened anew. */
  canTake(args: HttpArguments): boolean {
    return Bun.deepEquals(fixedPart(args), fixedPart(this.#args));
  }

  /** Takes other limits over in place. */
  take(args: HttpArguments): void {
    this.#args = args;
  }

  /** Whether the sender's connection is so old that this answer should be its last. */
  isAged(request: Request, server: ServerFacts): boolean {
    return this.#watch?.isAged(() => remoteOf(request, server)) ?? false;
  }

  async close(graceMs: number): Promise<void> {
    this.#tlsFiles?.stop();
    this.#renewing?.cancel();
    this.#watch?.stop();
    await this.#listener?.release(graceMs);
  }

  #currentTls(): ServerTls | undefined {
    const tls = this.#tlsFiles?.current();
    if (typeof tls === "string") throw new CodedError("invalid_argument", `TLS can't be served: ${tls}`);
    return tls;
  }

  #claim(tls: ServerTls | undefined): Listener {
    const { listen_address: host, server_idle_timeout, http2 } = this.#args;
    // After the first time the port is known even where the system chose it.
    const address: ListenAddress = { host, port: this.#listener?.port ?? this.#args.listen_port };
    const options = { idleSeconds: idleSeconds(server_idle_timeout), http2: http2.enabled, tls };
    return this.#parts.listeners.claim(address, options);
  }

  // The new listener stands beside the old one, whose connections go on until their next answer.
  #renewTls(): void {
    try {
      const tls = this.#currentTls();
      const renewed = this.#claim(tls);
      this.#tls = tls;
      if (tls !== undefined) this.#parts.onTls(tls);
      if (this.#handler !== undefined) renewed.use(this.#handler);
      // Where the files are as they were before, so is the listener, which is then claimed once too often.
      if (renewed === this.#listener) void renewed.release(0);
      else this.#listener?.retire(longestIdleSeconds * 1000);
      this.#listener = renewed;
      this.#parts.onTlsProblem(undefined);
      this.#parts.log.info("certificates renewed", { address: renewed.address });
    } catch (thrown) {
      if (!(thrown instanceof CodedError)) throw thrown;
      this.#parts.onTlsProblem(thrown.message);
    }
  }
}

/** The sender of a request as `address:port`. */
export function remoteOf(request: Request, server: ServerFacts): string {
  const remote = server.requestIP(request);
  return remote === null ? "" : `${remote.address}:${remote.port}`;
}

/** Bun looks for silent connections this often, in seconds, and the first look already counts as the whole time. */
const sweepSeconds = 4;

/** A time as Bun takes it, so that no connection is cut before it is over, though some a little later. */
export function timeoutSeconds(ms: number): number {
  return Math.ceil(ms / 1000) + sweepSeconds;
}

/** An idle timeout as Bun takes it: 255 seconds at most. */
export function idleSeconds(idleMs: number): number {
  return Math.min(longestIdleSeconds, timeoutSeconds(idleMs));
}

function fixedPart(args: HttpArguments) {
  const { listen_address, listen_port, server_idle_timeout, tls, http2 } = args;
  return { listen_address, listen_port, server_idle_timeout, tls: revealed(tls), http2 };
}

// A Secret looks like every other; what it holds decides whether it changed.
function revealed(tls: HttpArguments["tls"]) {
  return tls === undefined ? undefined : { ...tls, key_pem: tls.key_pem?.reveal() };
}
