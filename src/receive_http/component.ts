import { InFlight } from "../base/in_flight.ts";
import type { Component, ComponentContext } from "../component/definition.ts";
import { type Health, HealthRecord } from "../component/health.ts";
import { ByteBudget } from "../http/byte_budget.ts";
import { type Listener, longestIdleSeconds } from "../http/listener.ts";
import { memoryLimitBytes } from "../http/memory_limit.ts";
import { fanOut, type Receiver } from "../profile/receiver.ts";
import { RepeatedLog } from "../telemetry/repeated_log.ts";
import { createApp } from "./app.ts";
import { Exchange } from "./exchange.ts";
import { serveIngest } from "./ingest.ts";
import { ReceiveHttpMetrics, type Route } from "./metrics.ts";
import { servePush, statedDeadlineMs } from "./push.ts";
import { PushRouter } from "./push_router.ts";
import type { ReceiveHttpArguments } from "./schema.ts";
import type { RefusalReason, ServeParts } from "./serve.ts";

const gibibyte = 2 ** 30;

/** Of the answer's time, what the answer itself may need. */
const answerMs = 1000;

/** Takes profiles over HTTP and hands them on. */
export class ReceiveHttpComponent implements Component<ReceiveHttpArguments> {
  readonly #context: ComponentContext;
  readonly #metrics: ReceiveHttpMetrics;
  readonly #repeated: RepeatedLog;
  readonly #health: HealthRecord;
  readonly #budget: ByteBudget;
  readonly #app: ReturnType<typeof createApp>;
  #args: ReceiveHttpArguments;
  #router: PushRouter;
  #receiver: Receiver = fanOut([]);
  #listener: Listener | undefined;
  #isStopping = false;
  /** The requests that began since the last change of the wiring. */
  #inFlight = new InFlight();

  constructor(args: ReceiveHttpArguments, context: ComponentContext) {
    this.#args = args;
    this.#context = context;
    this.#metrics = new ReceiveHttpMetrics(context.metrics);
    this.#repeated = new RepeatedLog(context.log, context.clock);
    this.#health = new HealthRecord(context.clock.wall, "not listening yet");
    this.#budget = new ByteBudget(inFlightLimit(args));
    this.#router = new PushRouter(args.http.max_body_size);
    this.#app = createApp({
      ingest: (request, server) => this.#serve("ingest", request, server),
      push: (request, server) => this.#serve("push_v1_pusherservice", request, server),
    });
  }

  get graceMs(): number {
    return this.#args.graceful_shutdown_timeout;
  }

  get address(): string | undefined {
    return this.#listener?.address;
  }

  connect(children: readonly Receiver[]): undefined {
    this.#receiver = fanOut(children);
  }

  async start(): Promise<void> {
    const { listen_address: host, listen_port: port, server_idle_timeout } = this.#args.http;
    this.#listener = this.#context.listeners.claim({ host, port }, idleSeconds(server_idle_timeout));
  }

  activate(): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    listener.use((request, server) => this.#app.fetch(request, { server }));
    this.#health.set("healthy", `listening on ${listener.address}`);
    this.#context.log.info("listening", { address: listener.address });
  }

  update(args: ReceiveHttpArguments): boolean {
    const { http } = this.#args;
    const isSameListener =
      http.listen_address === args.http.listen_address &&
      http.listen_port === args.http.listen_port &&
      http.server_idle_timeout === args.http.server_idle_timeout;
    if (!isSameListener) return false;
    this.#budget.resize(inFlightLimit(args) - inFlightLimit(this.#args));
    this.#router = new PushRouter(args.http.max_body_size);
    this.#args = args;
    return true;
  }

  quiesce(graceMs: number): Promise<boolean> {
    const earlier = this.#inFlight;
    this.#inFlight = new InFlight();
    return earlier.idle(this.#context.clock, graceMs);
  }

  announceStop(): void {
    this.#isStopping = true;
  }

  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    await this.#listener?.release(graceMs);
  }

  health(): Health {
    return this.#health.current;
  }

  async #serve(route: Route, request: Request, server: Bun.Server<undefined>): Promise<Response> {
    const { clock } = this.#context;
    const startedAt = clock.now();
    const inFlight = this.#inFlight;
    inFlight.begin();
    this.#metrics.began(request.method, route);
    const statedMs = route === "ingest" ? undefined : statedDeadlineMs(request.headers);
    const exchange = new Exchange(request, server, this.#exchangeSettings(), startedAt, statedMs);
    this.#keepOpen(exchange, server);
    let bodyBytes = 0;
    let response: Response | undefined;
    try {
      const parts = this.#parts((bytes) => {
        bodyBytes = bytes;
      });
      response =
        route === "ingest"
          ? await serveIngest(exchange, parts)
          : await servePush(exchange, parts, this.#router);
      if (this.#isStopping) response.headers.set("Connection", "close");
      return response;
    } finally {
      inFlight.end();
      exchange.held.release();
      const seconds = (clock.now() - startedAt) / 1000;
      this.#metrics.answered(request.method, route, response?.status ?? 500, seconds);
      this.#metrics.sized(
        request.method,
        route,
        bodyBytes,
        Number(response?.headers.get("content-length") ?? 0),
      );
    }
  }

  // Bun would cut a connection whose answer takes longer than the idle timeout.
  #keepOpen(exchange: Exchange, server: Bun.Server<undefined>): void {
    const { server_idle_timeout, server_read_timeout } = this.#args.http;
    const idle = idleSeconds(server_idle_timeout);
    const longestMs = exchange.deadlineAt - exchange.startedAt + server_read_timeout + answerMs;
    if (longestMs < idle * 1000) return;
    const seconds = Math.ceil(longestMs / 1000);
    server.timeout(exchange.request, seconds > longestIdleSeconds ? 0 : seconds);
  }

  #exchangeSettings() {
    const { http, forward_headers } = this.#args;
    const writeMs = http.server_write_timeout;
    return {
      budget: this.#budget,
      defaultDeadlineMs: Math.max(writeMs - answerMs, writeMs / 2),
      forwardHeaders: forward_headers,
    };
  }

  #parts(onBody: (bytes: number) => void): ServeParts {
    const { http } = this.#args;
    return {
      receiver: this.#receiver,
      clock: this.#context.clock,
      maxBodyBytes: http.max_body_size,
      readTimeoutMs: http.server_read_timeout,
      onRefused: (reason, message) => this.#noteRefusal(reason, message),
      onBody,
      onFailed: (message) =>
        this.#context.log.debug("a request was not delivered everywhere", { reason: message }),
    };
  }

  #noteRefusal(reason: RefusalReason, message: string): void {
    this.#metrics.refused(reason);
    this.#repeated.warn(reason, "refused a request", { reason: message });
  }
}

function idleSeconds(idleMs: number): number {
  return Math.min(longestIdleSeconds, Math.max(1, Math.ceil(idleMs / 1000)));
}

function inFlightLimit(args: ReceiveHttpArguments): number {
  return args.http.max_in_flight_bytes ?? Math.min(gibibyte, Math.floor(memoryLimitBytes() / 4));
}
