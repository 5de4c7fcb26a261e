import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Objm } from "@nats-io/obj";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { type Clock, sleep } from "../../../base/clock.ts";
import { messageOf } from "../../../base/failure.ts";
import { ClientTls } from "../../../http/client_tls.ts";
import { connectionOptions, isSameConnection, type NatsSettings } from "./nats_settings.ts";

/** How long to wait before a first connection is tried again, in milliseconds. */
const retryMs = 500;

/** For so long after a connection broke it is waited for, in milliseconds: another server may take over. */
const graceMs = 5000;

/** How often whoever waits looks, in milliseconds. */
const lookMs = 25;

/** How long a request to the server may take, in milliseconds. */
export const requestTimeoutMs = 5000;

/** A connection and what speaks through it. */
export interface NatsUp {
  readonly connection: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly objects: Objm;
}

/** What a link works with. */
export interface NatsLinkParts {
  /** How the connection calls itself towards the server. */
  readonly name: string;
  readonly clock: Clock;
  /** Told each time that a connection was made, again after a break too. */
  readonly onUp: () => void;
}

/** The connection to the NATS servers, made again without end. Nobody waits for it to be there. */
export class NatsLink {
  readonly #parts: NatsLinkParts;
  #settings: NatsSettings | undefined;
  #tls: ClientTls | undefined;
  #ending = new AbortController();
  #up: NatsUp | undefined;
  #connection: NatsConnection | undefined;
  #problem: string | undefined = "no NATS server was reached yet";
  /** When the connection broke, or was asked for first, on the monotonic clock. */
  #downSince = 0;

  constructor(parts: NatsLinkParts) {
    this.#parts = parts;
    this.#downSince = parts.clock.now();
  }

  /** Why there is no connection, in words for the operator; undefined where there is one. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The connection; undefined where there is none at present. */
  get up(): NatsUp | undefined {
    return this.#up;
  }

  /**
   * Connects with these settings; the old connection goes where they differ.
   *
   * @throws where a file of theirs can't be read.
   */
  use(settings: NatsSettings): void {
    if (this.#settings !== undefined && isSameConnection(this.#settings, settings)) return;
    this.#settings = settings;
    this.#tls?.stop();
    this.#tls = settings.tls && new ClientTls(settings.tls, this.#parts.clock);
    this.#tls?.start(() => this.#restart(settings));
    this.#restart(settings);
  }

  // What a connection was made with stays in use when it is made again: other files need another one.
  #restart(settings: NatsSettings): void {
    this.#ending.abort();
    this.#ending = new AbortController();
    const old = this.#connection;
    this.#connection = undefined;
    this.#goDown("the connection is made anew");
    void this.#run(settings, this.#ending.signal);
    void old?.close();
  }

  /** The connection, waited for where it has only just broken; undefined where there is none then. */
  async soon(): Promise<NatsUp | undefined> {
    const { clock } = this.#parts;
    while (this.#up === undefined && !this.#ending.signal.aborted) {
      if (clock.now() - this.#downSince >= graceMs) return undefined;
      await sleep(clock, lookMs, this.#ending.signal);
    }
    return this.#up;
  }

  /** Ends; what was sent before is on its way first. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#tls?.stop();
    const connection = this.#connection;
    const isUp = this.#up !== undefined;
    this.#goDown("the connection is closed");
    if (connection === undefined) return;
    // A server that has gone silent must not hold up the end.
    if (isUp) await Promise.race([connection.flush().catch(() => {}), sleep(this.#parts.clock, graceMs)]);
    await connection.close();
  }

  async #run(settings: NatsSettings, ending: AbortSignal): Promise<void> {
    const { clock, name } = this.#parts;
    while (!ending.aborted) {
      try {
        const connection = await connect(connectionOptions(settings, name, clock));
        if (ending.aborted) {
          await connection.close();
          return;
        }
        await this.#serve(connection, ending);
      } catch (thrown) {
        if (!ending.aborted) this.#goDown(describe(settings, thrown));
      }
      await sleep(clock, retryMs, ending);
    }
  }

  async #serve(connection: NatsConnection, ending: AbortSignal): Promise<void> {
    this.#connection = connection;
    const client = jetstream(connection, { timeout: requestTimeoutMs });
    const manager = await jetstreamManager(connection, { timeout: requestTimeoutMs, checkAPI: false });
    const up = { connection, client, manager, objects: new Objm(client) };
    const settings = this.#settings;
    this.#goUp(up);
    for await (const status of connection.status()) {
      if (ending.aborted) return;
      if (status.type === "disconnect" && settings !== undefined)
        this.#goDown(`the connection to ${settings.servers.join(", ")} broke`);
      if (status.type === "reconnect") this.#goUp(up);
      // Why it can't be made again, such as credentials that are refused.
      if (status.type === "error" && settings !== undefined && this.#up === undefined)
        this.#goDown(describe(settings, status.error));
    }
    const failure = await connection.closed();
    if (failure !== undefined) throw failure;
  }

  #goUp(up: NatsUp): void {
    this.#up = up;
    this.#problem = undefined;
    this.#parts.onUp();
  }

  #goDown(problem: string): void {
    if (this.#up !== undefined) this.#downSince = this.#parts.clock.now();
    this.#up = undefined;
    this.#problem = problem;
  }
}

function describe({ servers }: NatsSettings, thrown: unknown): string {
  return `no NATS server of ${servers.join(", ")} can be used: ${messageOf(thrown)}`;
}
