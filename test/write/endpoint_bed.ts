import * as v from "valibot";
import { wholeShare } from "../../src/base/share.ts";
import type { DeliveryFailure, Outcome } from "../../src/profile/failure_report.ts";
import type { RequestContext } from "../../src/profile/request_context.ts";
import { MetricScope } from "../../src/telemetry/metric_scope.ts";
import { Endpoint } from "../../src/write/endpoint.ts";
import { EndpointTarget } from "../../src/write/endpoint_target.ts";
import { outgoingIngest } from "../../src/write/ingest_sender.ts";
import { WriteMetrics } from "../../src/write/metrics.ts";
import { outgoingPush } from "../../src/write/push_sender.ts";
import { type EndpointArguments, writeSchema } from "../../src/write/schema.ts";
import { FakeClock } from "../base/fake_clock.ts";
import { ingestProfile, pushProfile, requestContext } from "../profile/sample_profiles.ts";
import { ScriptedClient, type Step } from "./scripted_client.ts";

/** The arguments of an endpoint, with defaults filled in. */
export function endpointArguments(more: Readonly<Record<string, unknown>> = {}): EndpointArguments {
  const { endpoint } = v.parse(writeSchema, { endpoint: [{ url: "http://backend:4040", ...more }] });
  const [args] = endpoint;
  if (args === undefined) throw new Error("there is no endpoint");
  return args;
}

/** The target of an endpoint with these arguments. */
export function endpointTarget(args: EndpointArguments, clock = new FakeClock()): EndpointTarget {
  return new EndpointTarget(args, { traceContext: true, jaeger: true }, { clock, onProblem: () => {} });
}

/** An endpoint whose waits are exactly a second, on a clock that stands still, with a client that is scripted. */
export class EndpointBed {
  readonly clock = new FakeClock();
  readonly client: ScriptedClient;
  readonly endpoint: Endpoint;
  readonly ending = new AbortController();
  /** How each profile ended. */
  readonly outcomes: (DeliveryFailure | undefined)[] = [];
  readonly #scope = new MetricScope({});

  constructor(script: readonly Step[], args: Readonly<Record<string, unknown>> = {}) {
    this.client = new ScriptedClient(this.clock, script);
    const parsed = endpointArguments({ min_backoff_period: "1s", max_backoff_period: "1s", ...args });
    this.endpoint = new Endpoint({
      share: wholeShare,
      componentId: "pyroscope.write.w",
      args: parsed,
      target: endpointTarget(parsed, this.clock),
      client: this.client,
      clock: this.clock,
      metrics: new WriteMetrics(this.#scope).endpoint("e"),
      ending: this.ending.signal,
      onOutcome: (failure) => this.outcomes.push(failure),
    });
  }

  /** Begins to deliver a profile of /ingest. */
  ingest(request: Partial<RequestContext> = {}): Promise<Outcome> {
    return this.endpoint.deliver(outgoingIngest(ingestProfile(), new Map(), requestContext(request)));
  }

  /** Begins to deliver a profile of Push. */
  push(request: Partial<RequestContext> = {}): Promise<Outcome> {
    const profile = pushProfile({ service_name: "shop" });
    return this.endpoint.deliver(outgoingPush(profile, new Map(), requestContext(request)));
  }

  /** Delivers a profile, however long it takes, at most a minute. */
  async finished(outcome: Promise<Outcome>): Promise<Outcome> {
    await this.clock.advance(60_000);
    return await outcome;
  }

  /** The value of a counter of the endpoint. */
  async counted(name: string): Promise<number> {
    const family = (await this.#scope.families()).find((one) => one.name === `pyroscope_write_${name}_total`);
    return family?.samples[0]?.value ?? 0;
  }
}
