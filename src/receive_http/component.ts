import { shareOf } from "../base/share.ts";
import type { Component, ComponentContext } from "../component/definition.ts";
import { type Health, HealthRecord } from "../component/health.ts";
import { ServerAuth } from "../http/server_auth.ts";
import { fanOut, type Receiver } from "../profile/receiver.ts";
import { createApp } from "./app.ts";
import { serverAuthFiles } from "./auth_arguments.ts";
import { FileProblems } from "./file_problems.ts";
import { GrpcDoor, type GrpcLimits, maxConcurrentStreams } from "./grpc_door.ts";
import { HttpDoor } from "./http_door.ts";
import { grpcAddress } from "./listening.ts";
import { ReceiveHttpMetrics } from "./metrics.ts";
import { RequestServer } from "./request_server.ts";
import type { ReceiveHttpArguments } from "./schema.ts";

/** Takes profiles over HTTP and hands them on. */
export class ReceiveHttpComponent implements Component<ReceiveHttpArguments> {
  readonly #context: ComponentContext;
  readonly #metrics: ReceiveHttpMetrics;
  readonly #health: HealthRecord;
  readonly #app: ReturnType<typeof createApp>;
  readonly #door: HttpDoor;
  readonly #fileProblems: FileProblems;
  readonly #requests: RequestServer;
  #args: ReceiveHttpArguments;
  #auth: ServerAuth | undefined;
  #grpc: GrpcDoor | undefined;

  constructor(args: ReceiveHttpArguments, context: ComponentContext) {
    this.#args = args;
    this.#context = context;
    this.#metrics = new ReceiveHttpMetrics(context.metrics, {
      connections: () => this.#door.connections,
      grpcConnections: () => this.#grpc?.connections,
      limit: () => this.#connections,
      grpcStreamsLimit: maxConcurrentStreams,
    });
    this.#health = new HealthRecord(context.clock.wall, "not listening yet");
    this.#fileProblems = new FileProblems(this.#health, context.log, () => `listening on ${this.address}`);
    this.#requests = new RequestServer(args, {
      context,
      metrics: this.#metrics,
      isAged: (request, server) => this.#door.isAged(request, server),
    });
    this.#door = new HttpDoor(args.http, {
      maxConnections: () => this.#connections,
      clock: context.clock,
      log: context.log,
      listeners: context.listeners,
      serving: () => this.#requests.senders(),
      onTls: (tls) => this.#grpc?.renewTls(tls),
      onTlsProblem: (problem) => this.#fileProblems.note("certificates", problem),
    });
    this.#app = createApp(
      (route, request, server) => this.#requests.serve(route, request, server),
      (error) =>
        context.log.error("unexpected failure, please report it", { reason: error.stack ?? error.message }),
    );
  }

  /** How many connections this shard may have. */
  get #connections(): number {
    return shareOf(this.#args.http.conn_limit, this.#context.share);
  }

  get graceMs(): number {
    return this.#args.graceful_shutdown_timeout;
  }

  get address(): string | undefined {
    return this.#door.address;
  }

  connect(children: readonly Receiver[]): undefined {
    this.#requests.receiver = fanOut(children);
  }

  async start(): Promise<void> {
    const { auth } = this.#args.http;
    if (auth !== undefined) this.#auth = new ServerAuth(serverAuthFiles(auth), this.#context.clock);
    this.#requests.auth = this.#auth;
    this.#door.open();
    try {
      await this.#openGrpc();
    } catch (thrown) {
      await this.#door.close(0);
      throw thrown;
    }
  }

  async #openGrpc(): Promise<void> {
    const address = grpcAddress(this.#args);
    if (address === undefined) return;
    this.#grpc = new GrpcDoor({
      address,
      listeners: this.#context.listeners,
      tls: this.#door.tls,
      limits: () => ({ ...grpcLimits(this.#args), maxConnections: this.#connections }),
      auth: this.#auth,
      clock: this.#context.clock,
    });
    await this.#grpc.open();
  }

  activate(): void {
    this.#tellIgnored();
    this.#auth?.start((problem) => this.#fileProblems.note("credentials", problem));
    this.#door.use((request, server) => this.#app.fetch(request, { server }));
    this.#grpc?.use((request, server) => this.#app.fetch(request, { server }));
    this.#health.set("healthy", `listening on ${this.#door.address}`);
    this.#context.log.info("listening", { address: this.#door.address });
    if (this.#grpc !== undefined) {
      this.#context.log.info("listening", { protocol: "grpc", address: this.#grpc.address });
    }
  }

  update(args: ReceiveHttpArguments): (() => void) | undefined {
    if (!Bun.deepEquals(args.http.auth, this.#args.http.auth)) return undefined;
    if (!Bun.deepEquals(args.grpc, this.#args.grpc)) return undefined;
    if (!this.#door.canTake(args.http)) return undefined;
    return () => {
      this.#door.take(args.http);
      this.#requests.update(args);
      this.#args = args;
    };
  }

  quiesce(graceMs: number): Promise<unknown> {
    return this.#requests.quiesce(graceMs);
  }

  announceStop(): void {
    this.#requests.isStopping = true;
  }

  async stop(graceMs: number): Promise<void> {
    this.#requests.isStopping = true;
    await Promise.all([this.#door.close(graceMs), this.#grpc?.close(graceMs)]);
    this.#auth?.stop();
  }

  health(): Health {
    return this.#health.current;
  }

  #tellIgnored(): void {
    const { enabled: _, ...tuning } = this.#args.http.http2;
    const ignored = Object.entries(tuning).filter(([, value]) => value !== undefined);
    if (ignored.length === 0) return;
    const names = ignored.map(([name]) => `http.http2.${name}`);
    this.#context.log.info("arguments that have no meaning here", { ignored: names });
  }
}

function grpcLimits({ http }: ReceiveHttpArguments): Omit<GrpcLimits, "maxConnections"> {
  return {
    maxMessageBytes: http.max_body_size,
    idleMs: http.server_idle_timeout,
    maxAgeMs: http.max_connection_age,
    readMs: http.server_read_timeout,
  };
}
