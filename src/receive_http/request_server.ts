import type { Clock } from "../base/clock.ts";
import type { CodedError } from "../base/failure.ts";
import { InFlight } from "../base/in_flight.ts";
import { Roster } from "../base/roster.ts";
import { shareOf } from "../base/share.ts";
import type { ComponentContext } from "../component/definition.ts";
import { ByteBudget } from "../http/byte_budget.ts";
import { longestIdleSeconds, type ServerFacts } from "../http/listener.ts";
import { memoryLimitBytes } from "../http/memory_limit.ts";
import type { ServerAuth } from "../http/server_auth.ts";
import { fanOut, type Receiver } from "../profile/receiver.ts";
import { RepeatedLog } from "../telemetry/repeated_log.ts";
import { ConnectRouter } from "./connect_router.ts";
import { Exchange } from "./exchange.ts";
import { idleSeconds, timeoutSeconds } from "./http_door.ts";
import { type ReceiveHttpMetrics, type Route, type RouteMetrics, uploadRoute } from "./metrics.ts";
import { refuseSender } from "./refuse_sender.ts";
import type { ReceiveHttpArguments } from "./schema.ts";
import { type RefusalReason, type ServeParts, textResponse } from "./serve.ts";
import { deadlineOf, serveRoute } from "./serve_route.ts";

const gibibyte = 2 ** 30;

/** Of the answer's time, what the answer itself may need. */
const answerMs = 1000;

/** What the request server works with besides its arguments. */
export interface RequestServerParts {
  readonly context: ComponentContext;
  readonly metrics: ReceiveHttpMetrics;
  /** Whether the sender's connection is so old that this answer should be its last. */
  readonly isAged: (request: Request, server: ServerFacts) => boolean;
}

/** Serves requests, one exchange each, with what the receiver is wired to and configured with at the time. */
export class RequestServer {
  readonly #context: ComponentContext;
  readonly #clock: Clock;
  readonly #metrics: ReceiveHttpMetrics;
  readonly #isAged: RequestServerParts["isAged"];
  readonly #repeated: RepeatedLog;
  readonly #budget: ByteBudget;
  readonly #exchanges = new Roster<Exchange>();
  readonly #routes = new Map<Route, RouteMetrics>();
  readonly #notes: RequestNotes;
  #args: ReceiveHttpArguments;
  #maxExchanges: number;
  #router: ConnectRouter;
  #inFlight = new InFlight();
  /** Ends with the requests that began before the last change of the wiring. */
  #quiescing: Promise<unknown> = Promise.resolve();
  /** What every profile goes to. */
  receiver: Receiver = fanOut([]);
  /** Who may send; everybody where it is undefined. */
  auth: ServerAuth | undefined;
  /** Whether every answer closes its connection. */
  isStopping = false;

  constructor(args: ReceiveHttpArguments, parts: RequestServerParts) {
    this.#args = args;
    this.#context = parts.context;
    this.#clock = parts.context.clock;
    this.#metrics = parts.metrics;
    this.#isAged = parts.isAged;
    this.#repeated = new RepeatedLog(parts.context.log, this.#clock);
    this.#maxExchanges = shareOf(args.http.conn_limit, parts.context.share);
    this.#budget = new ByteBudget(this.#inFlightLimit(args));
    this.#router = new ConnectRouter(args.http.max_body_size);
    this.#notes = {
      clock: this.#clock,
      refused: (reason, message) => this.#noteRefusal(reason, message),
      failed: (reason) => parts.context.log.debug("a request was not delivered everywhere", { reason }),
      debugInfo: (method, failure) => this.#noteDebugInfo(method, failure),
    };
  }

  /** Uses other arguments from the next request on. */
  update(args: ReceiveHttpArguments): void {
    this.#maxExchanges = shareOf(args.http.conn_limit, this.#context.share);
    this.#budget.resize(this.#inFlightLimit(args) - this.#inFlightLimit(this.#args));
    this.#router = new ConnectRouter(args.http.max_body_size);
    this.#args = args;
  }

  /** The senders, as `address:port`, whose requests are being served. */
  senders(): ReadonlySet<string> {
    return new Set(this.#exchanges.members().map((exchange) => exchange.remote()));
  }

  /** Resolves when the requests that are under way now have ended, at the latest after `graceMs`. */
  quiesce(graceMs: number): Promise<unknown> {
    const latest = this.#inFlight;
    this.#inFlight = new InFlight();
    // What began before an earlier change may be under way still.
    const all = Promise.all([this.#quiescing, latest.idle(this.#clock, graceMs)]);
    this.#quiescing = all.then(() => {});
    return all;
  }

  /** Answers a request. */
  async serve(route: Route, request: Request, server: ServerFacts): Promise<Response> {
    const clock = this.#clock;
    const max = this.#maxExchanges;
    // Whoever is served has a connection: so many at once means that there are too many.
    if (max > 0 && this.#exchanges.size >= max) return this.#refuseConnection();
    const startedAt = clock.now();
    const inFlight = this.#inFlight;
    const metrics = this.#routeMetrics(route);
    inFlight.begin();
    metrics.began();
    const statedMs = deadlineOf(route, request.headers);
    const exchange = new Exchange(request, server, this.#exchangeSettings(route), startedAt, statedMs);
    this.#exchanges.add(exchange);
    const giveBackTime = this.#keepOpen(exchange, server);
    const parts = new RecordedServing(this.receiver, this.#args, this.#notes);
    let response: Response | undefined;
    try {
      const call = { exchange, parts };
      if (this.auth !== undefined) response = await refuseSender(this.auth, route, call, this.#router);
      response ??= await serveRoute(route, call, this.#router);
      if (this.isStopping || this.#isAged(request, server)) response.headers.set("Connection", "close");
      return response;
    } finally {
      giveBackTime?.();
      inFlight.end();
      this.#exchanges.remove(exchange);
      exchange.held.release();
      const seconds = (clock.now() - startedAt) / 1000;
      const status = response?.status ?? 500;
      const { bodyBytes, answerBytes, refusal, failure } = parts;
      exchange.span?.end({ status, bodyBytes, refusal, failure });
      metrics.answered(status, seconds, bodyBytes, answerBytes ?? bytesOf(response));
    }
  }

  #inFlightLimit({ http }: ReceiveHttpArguments): number {
    const total = http.max_in_flight_bytes ?? Math.min(gibibyte, Math.floor(memoryLimitBytes() / 4));
    return shareOf(total, this.#context.share);
  }

  #routeMetrics(route: Route): RouteMetrics {
    let metrics = this.#routes.get(route);
    if (metrics === undefined) {
      metrics = this.#metrics.route(route);
      this.#routes.set(route, metrics);
    }
    return metrics;
  }

  /**
   * Bun would cut a connection whose answer takes longer than the idle timeout, and what is set for one request holds
   * for the connection from then on.
   *
   * @returns what to call when the request is answered; undefined where nothing was changed.
   */
  #keepOpen({ request, startedAt, deadlineAt }: Exchange, server: ServerFacts): (() => void) | undefined {
    const { server_idle_timeout, server_read_timeout } = this.#args.http;
    const idle = idleSeconds(server_idle_timeout);
    const longestMs = deadlineAt - startedAt + server_read_timeout + answerMs;
    const seconds = timeoutSeconds(longestMs);
    if (seconds <= idle) return undefined;
    server.timeout(request, seconds > longestIdleSeconds ? 0 : seconds);
    return () => server.timeout(request, idle);
  }

  #exchangeSettings(route: Route) {
    const { http, forward_headers, debug_info_upload_timeout: uploadMs } = this.#args;
    const writeMs = http.server_write_timeout;
    return {
      budget: this.#budget,
      defaultDeadlineMs:
        route === uploadRoute
          ? Math.min(uploadMs, this.receiver.debugInfo?.uploadTimeoutMs ?? uploadMs)
          : Math.max(writeMs - answerMs, writeMs / 2),
      forwardHeaders: forward_headers,
      tracer: this.#context.tracer,
      route,
    };
  }

  #refuseConnection(): Response {
    const reason = "conn_limit connections are busy";
    this.#metrics.refused("no_connection");
    this.#repeated.warn("no_connection", "refused a request", { reason });
    return textResponse(503, reason, { "Retry-After": "1", Connection: "close" });
  }

  #noteDebugInfo(method: string, failure: CodedError | undefined): void {
    this.#metrics.debugInfoPassedOn(method, failure === undefined);
    // A sender that leaves is no failure of anything here.
    if (failure === undefined || failure.code === "canceled") return;
    const fields = { method, endpoint: this.receiver.debugInfo?.destination, reason: failure.message };
    this.#repeated.warn(`${method} ${failure.message}`, "debug information was not passed on", fields);
  }

  #noteRefusal(reason: RefusalReason, message: string): void {
    this.#metrics.refused(reason);
    this.#repeated.warn(reason, "refused a request", { reason: message });
  }
}

/** What a request server is told of requests. */
interface RequestNotes {
  readonly clock: Clock;
  refused(reason: RefusalReason, message: string): void;
  failed(message: string): void;
  debugInfo(method: string, failure: CodedError | undefined): void;
}

/** What serving one request needs, and what becomes known of the request meanwhile. */
class RecordedServing implements ServeParts {
  readonly receiver: Receiver;
  readonly clock: Clock;
  readonly maxBodyBytes: number;
  readonly readTimeoutMs: number;
  bodyBytes = 0;
  answerBytes: number | undefined;
  /** Why nothing of it was forwarded, or why not everywhere. */
  refusal: string | undefined;
  failure: string | undefined;
  readonly #notes: RequestNotes;

  constructor(receiver: Receiver, { http }: ReceiveHttpArguments, notes: RequestNotes) {
    this.receiver = receiver;
    this.clock = notes.clock;
    this.maxBodyBytes = http.max_body_size;
    this.readTimeoutMs = http.server_read_timeout;
    this.#notes = notes;
  }

  onRefused(reason: RefusalReason, message: string): void {
    this.refusal = message;
    this.#notes.refused(reason, message);
  }

  onBody(bytes: number): void {
    this.bodyBytes = bytes;
  }

  onAnswer(bytes: number): void {
    this.answerBytes = bytes;
  }

  onFailed(message: string): void {
    this.failure = message;
    this.#notes.failed(message);
  }

  onDebugInfo(method: string, failure: CodedError | undefined): void {
    this.failure = failure?.message;
    this.#notes.debugInfo(method, failure);
  }
}

/** The size of an answer's body: every answer that has one states it. */
function bytesOf(response: Response | undefined): number {
  return Number(response?.headers.get("content-length") ?? 0);
}
