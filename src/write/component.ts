import { BytePool } from "../base/byte_pool.ts";
import { freeBytes } from "../base/free_bytes.ts";
import { InFlight } from "../base/in_flight.ts";
import type { Component, ComponentContext, EndpointStatus } from "../component/definition.ts";
import type { Health } from "../component/health.ts";
import { HttpClient } from "../http/http_client.ts";
import { withoutClientAddress } from "../profile/client_address.ts";
import type { DebugInfoTarget } from "../profile/debug_info_target.ts";
import type { Outcome } from "../profile/failure_report.ts";
import type { Profile } from "../profile/profile.ts";
import type { DeliveryWatch } from "../profile/profile_watch.ts";
import type { DeliveryPlan, Receiver } from "../profile/receiver.ts";
import type { RequestContext } from "../profile/request_context.ts";
import { profileProblem } from "../profile/validate_labels.ts";
import { DebugInfoEndpoint } from "./debug_info_endpoint.ts";
import { Endpoint } from "./endpoint.ts";
import { EndpointTarget } from "./endpoint_target.ts";
import { outgoingIngest } from "./ingest_sender.ts";
import { WriteMetrics } from "./metrics.ts";
import { outgoingPush } from "./push_sender.ts";
import { QueuedEndpoint } from "./queue/queued_endpoint.ts";
import { queueShare } from "./queue/schema.ts";
import type { WriteQueues } from "./queue/write_queues.ts";
import type { EndpointArguments, WriteArguments } from "./schema.ts";
import type { Outgoing } from "./sender.ts";
import { WriteHealth } from "./write_health.ts";

/** Where the bodies of Push requests are written; fetch copies them as it is called. */
const bodies = new BytePool();

/** Sends every profile to all of its endpoints. */
export class WriteComponent implements Component<WriteArguments>, Receiver {
  readonly #context: ComponentContext;
  readonly #metrics: WriteMetrics;
  readonly #externalLabels: ReadonlyMap<string, string>;
  readonly #endpoints: readonly (Endpoint | QueuedEndpoint)[];
  readonly #queued: readonly QueuedEndpoint[];
  /** Where Push requests are written; a queue must not hold pieces that are larger than what is in them. */
  readonly #pool: BytePool | undefined;
  readonly #inFlight = new InFlight();
  readonly #ending = new AbortController();
  readonly #health: WriteHealth;
  #isLast = false;
  readonly debugInfo: DebugInfoTarget | undefined;

  constructor(args: WriteArguments, context: ComponentContext, queues: WriteQueues) {
    this.#context = context;
    this.#metrics = new WriteMetrics(context.metrics);
    this.#externalLabels = new Map(Object.entries(args.external_labels));
    const hasQueues = args.endpoint.some(({ queue }) => queue !== undefined);
    const queueProblems = () => this.#queued.flatMap((endpoint) => endpoint.problem() ?? []);
    this.#health = new WriteHealth({ ...context, queueProblems: hasQueues ? queueProblems : undefined });
    const client = new HttpClient(context.clock);
    this.#endpoints = args.endpoint.map((endpoint) => this.#build(endpoint, args, client, queues));
    this.#queued = this.#endpoints.filter((endpoint) => endpoint instanceof QueuedEndpoint);
    this.#pool = this.#queued.length === 0 ? bodies : undefined;
    this.debugInfo = this.#debugInfoEndpoint(args, client);
  }

  connect(): Receiver {
    return this;
  }

  async start(): Promise<void> {
    for (const endpoint of this.#endpoints) {
      if (endpoint instanceof QueuedEndpoint) await endpoint.start();
      else endpoint.target.start();
    }
  }

  activate(): void {
    for (const endpoint of this.#queued) endpoint.activate();
    this.#health.start();
  }

  announceStop(): void {
    this.#isLast = true;
  }

  async stop(graceMs: number): Promise<void> {
    this.#health.stop();
    const endsAt = this.#context.clock.now() + graceMs;
    const isIdle = await this.#inFlight.idle(this.#context.clock, graceMs);
    if (!isIdle) {
      this.#context.log.warn("gave up what was under way", { profiles: this.#inFlight.count });
      this.#ending.abort();
    }
    const leftMs = Math.max(0, endsAt - this.#context.clock.now());
    await Promise.all(this.#queued.map((endpoint) => endpoint.stop(leftMs, this.#isLast)));
    for (const endpoint of this.#endpoints) endpoint.target.stop();
  }

  health(): Health {
    return this.#health.current();
  }

  endpoints(): EndpointStatus[] {
    return this.#endpoints.map((endpoint) => ({
      name: endpoint.target.label,
      url: endpoint.target.baseUrl,
      failing: this.#health.failureOf(endpoint.target.label),
      queue: endpoint instanceof QueuedEndpoint ? endpoint.status() : undefined,
    }));
  }

  plan(profile: Profile, plan: DeliveryPlan): void {
    const outgoing = withoutClientAddress(profile);
    const problem = profileProblem(outgoing);
    if (problem !== undefined) plan.reject(problem);
    else {
      const watch = plan.watch?.sending(this.#context.id, profile);
      const delivery = {
        send: (request: RequestContext) => this.#send(outgoing, request, watch, delivery),
        releasesBytes: false,
      };
      plan.add(delivery);
    }
  }

  async #send(
    profile: Profile,
    request: RequestContext,
    watch: DeliveryWatch | undefined,
    delivery: { releasesBytes: boolean },
  ): Promise<Outcome> {
    const { clock } = this.#context;
    const startedAt = clock.now();
    this.#inFlight.begin();
    try {
      let outgoing: Outgoing;
      let encoded: Uint8Array<ArrayBuffer> | undefined;
      if (profile.kind === "ingest") {
        outgoing = outgoingIngest(profile, this.#externalLabels, request);
      } else {
        const push = outgoingPush(profile, this.#externalLabels, request, this.#pool);
        encoded = push.body;
        outgoing = push;
      }
      if (watch !== undefined) outgoing.watch = watch;
      const outcome = await this.#deliver(outgoing);
      delivery.releasesBytes = outgoing.isKept !== true;
      if (encoded !== undefined && delivery.releasesBytes) this.#release(encoded);
      return outcome;
    } finally {
      this.#inFlight.end();
      this.#metrics.finished(profile.kind, (clock.now() - startedAt) / 1000);
    }
  }

  #deliver(outgoing: Outgoing): Promise<Outcome> {
    const [only] = this.#endpoints;
    if (only !== undefined && this.#endpoints.length === 1) return only.deliver(outgoing);
    return Promise.all(this.#endpoints.map((endpoint) => endpoint.deliver(outgoing))).then((all) =>
      all.flat(),
    );
  }

  #release(encoded: Uint8Array<ArrayBuffer>): void {
    if (this.#pool === undefined) freeBytes(encoded);
    else this.#pool.giveBack(encoded);
  }

  #build(
    endpoint: EndpointArguments,
    args: WriteArguments,
    client: HttpClient,
    queues: WriteQueues,
  ): Endpoint | QueuedEndpoint {
    const propagation = {
      traceContext: args.tracing.trace_context_propagator,
      jaeger: args.tracing.jaeger_propagator,
    };
    const { clock, log } = this.#context;
    const target = new EndpointTarget(endpoint, propagation, {
      clock,
      onProblem: (problem) => log.warn(problem, { endpoint: endpoint.name ?? endpoint.url }),
    });
    const queueArgs = endpoint.queue && queueShare(endpoint.queue, this.#context.share);
    const metrics = this.#metrics.endpoint(target.label);
    const sender = new Endpoint({
      componentId: this.#context.id,
      args: endpoint,
      target,
      client,
      clock: this.#context.clock,
      metrics,
      share: this.#context.share,
      ending: this.#ending.signal,
      onOutcome: (failure) => this.#health.note(target.label, failure, queueArgs !== undefined),
    });
    if (queueArgs === undefined) return sender;
    const context = this.#context;
    return new QueuedEndpoint({ context, args: endpoint, queueArgs, endpoint: sender, metrics, queues });
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
}
