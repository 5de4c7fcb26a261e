import { freeBytes } from "../base/free_bytes.ts";
import { InFlight } from "../base/in_flight.ts";
import type { Component, ComponentContext, EndpointStatus } from "../component/definition.ts";
import { type Health, HealthRecord } from "../component/health.ts";
import { HttpClient } from "../http/http_client.ts";
import { withoutClientAddress } from "../profile/client_address.ts";
import type { DebugInfoTarget } from "../profile/debug_info_target.ts";
import { type DeliveryFailure, describeFailure, type Outcome } from "../profile/failure_report.ts";
import type { Profile } from "../profile/profile.ts";
import type { DeliveryWatch } from "../profile/profile_watch.ts";
import type { DeliveryPlan, Receiver } from "../profile/receiver.ts";
import type { RequestContext } from "../profile/request_context.ts";
import { type Cause, describeCause, isProfileRefused } from "../profile/status.ts";
import { profileProblem } from "../profile/validate_labels.ts";
import { RepeatedLog } from "../telemetry/repeated_log.ts";
import { DebugInfoEndpoint } from "./debug_info_endpoint.ts";
import { Endpoint } from "./endpoint.ts";
import { EndpointTarget } from "./endpoint_target.ts";
import { outgoingIngest } from "./ingest_sender.ts";
import { WriteMetrics } from "./metrics.ts";
import { outgoingPush } from "./push_sender.ts";
import type { EndpointArguments, WriteArguments } from "./schema.ts";
import type { Outgoing } from "./sender.ts";

/** Sends every profile to all of its endpoints. */
export class WriteComponent implements Component<WriteArguments>, Receiver {
  readonly #context: ComponentContext;
  readonly #metrics: WriteMetrics;
  readonly #externalLabels: ReadonlyMap<string, string>;
  readonly #endpoints: readonly Endpoint[];
  readonly #inFlight = new InFlight();
  readonly #ending = new AbortController();
  readonly #health: HealthRecord;
  readonly #failing = new Map<string, string>();
  readonly #repeated: RepeatedLog;
  readonly debugInfo: DebugInfoTarget | undefined;

  constructor(args: WriteArguments, context: ComponentContext) {
    this.#context = context;
    this.#metrics = new WriteMetrics(context.metrics);
    this.#externalLabels = new Map(Object.entries(args.external_labels));
    this.#health = new HealthRecord(context.clock.wall, "no delivery has failed");
    this.#repeated = new RepeatedLog(context.log, context.clock);
    const client = new HttpClient(context.clock);
    this.#endpoints = args.endpoint.map((endpoint) => this.#build(endpoint, args, client));
    this.debugInfo = this.#debugInfoEndpoint(args, client);
  }

  connect(): Receiver {
    return this;
  }

  async start(): Promise<void> {
    for (const endpoint of this.#endpoints) endpoint.target.start();
  }

  async stop(graceMs: number): Promise<void> {
    const isIdle = await this.#inFlight.idle(this.#context.clock, graceMs);
    if (!isIdle) {
      this.#context.log.warn("gave up what was under way", { profiles: this.#inFlight.count });
      this.#ending.abort();
    }
    for (const endpoint of this.#endpoints) endpoint.target.stop();
  }

  health(): Health {
    return this.#health.current;
  }

  endpoints(): EndpointStatus[] {
    return this.#endpoints.map(({ target }) => ({
      name: target.label,
      url: target.baseUrl,
      failing: this.#failing.get(target.label),
    }));
  }

  plan(profile: Profile, plan: DeliveryPlan): void {
    const outgoing = withoutClientAddress(profile);
    const problem = profileProblem(outgoing);
    if (problem !== undefined) plan.reject(problem);
    else {
      const watch = plan.watch?.sending(this.#context.id, profile);
      plan.add({ send: (request) => this.#send(outgoing, request, watch), releasesBytes: true });
    }
  }

  async #send(profile: Profile, request: RequestContext, watch: DeliveryWatch | undefined): Promise<Outcome> {
    const { clock } = this.#context;
    const startedAt = clock.now();
    this.#inFlight.begin();
    let encoded: Uint8Array | undefined;
    try {
      let outgoing: Outgoing;
      if (profile.kind === "ingest") {
        outgoing = outgoingIngest(profile, this.#externalLabels, request);
      } else {
        outgoing = outgoingPush(profile, this.#externalLabels, request);
        encoded = outgoing.body;
      }
      if (watch !== undefined) outgoing.watch = watch;
      const [only] = this.#endpoints;
      if (only !== undefined && this.#endpoints.length === 1) return await only.deliver(outgoing);
      return (await Promise.all(this.#endpoints.map((endpoint) => endpoint.deliver(outgoing)))).flat();
    } finally {
      if (encoded !== undefined) freeBytes(encoded);
      this.#inFlight.end();
      this.#metrics.finished(profile.kind, (clock.now() - startedAt) / 1000);
    }
  }

  #build(endpoint: EndpointArguments, args: WriteArguments, client: HttpClient): Endpoint {
    const propagation = {
      traceContext: args.tracing.trace_context_propagator,
      jaeger: args.tracing.jaeger_propagator,
    };
    const { clock, log } = this.#context;
    const target = new EndpointTarget(endpoint, propagation, {
      clock,
      onProblem: (problem) => log.warn(problem, { endpoint: endpoint.name ?? endpoint.url }),
    });
    return new Endpoint({
      componentId: this.#context.id,
      args: endpoint,
      target,
      client,
      clock: this.#context.clock,
      metrics: this.#metrics.endpoint(target.label),
      share: this.#context.share,
      ending: this.#ending.signal,
      onOutcome: (failure) => this.#noteOutcome(target.label, failure),
    });
  }

  /** Debug information goes to the first endpoint alone, as with Alloy. */
  #debugInfoEndpoint({ endpoint: [args] }: WriteArguments, client: HttpClient): DebugInfoTarget | undefined {
    const target = this.#endpoints[0]?.target;
    if (args === undefined || target === undefined) return undefined;
    return new DebugInfoEndpoint({
      componentId: this.#context.id,
      args,
      target,
      client,
      metrics: this.#metrics,
      inFlight: this.#inFlight,
      ending: this.#ending.signal,
    });
  }

  #noteOutcome(endpoint: string, failure: DeliveryFailure | undefined): void {
    const { log } = this.#context;
    if (failure === undefined) {
      if (!this.#failing.delete(endpoint)) return;
      log.info("endpoint takes profiles again", { endpoint });
    } else {
      // A sender who leaves is nobody's failure.
      if (failure.cause.type === "local" && failure.cause.code === "canceled") return;
      const reason = describeCause(failure.cause);
      this.#repeated.warn(`${endpoint} ${kindOf(failure.cause)}`, "delivery failed", {
        endpoint,
        attempts: failure.attempts,
        reason,
      });
      // A profile that its destination does not want says nothing about how the destination does.
      if (isProfileRefused(failure.cause)) return;
      this.#failing.set(endpoint, describeFailure(failure));
    }
    if (this.#failing.size === 0) this.#health.set("healthy", "deliveries succeed");
    else this.#health.set("unhealthy", [...this.#failing.values()].join("; "));
  }
}

// What a destination says may hold an ID or the time, and then every failure would be a new one.
function kindOf(cause: Cause): string {
  return cause.type === "answer" ? String(cause.code ?? cause.status) : describeCause(cause);
}
