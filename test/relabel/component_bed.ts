import * as v from "valibot";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { wholeShare } from "../../src/base/share.ts";
import type { Component, ComponentDefinition } from "../../src/component/definition.ts";
import { ListenerPool } from "../../src/http/listener.ts";
import { delivered, type Outcome } from "../../src/profile/failure_report.ts";
import type { LabelSet } from "../../src/profile/label_set.ts";
import type { IngestProfile, Profile, PushProfile, Series } from "../../src/profile/profile.ts";
import { DeliveryPlan, type Receiver } from "../../src/profile/receiver.ts";
import type { RequestContext } from "../../src/profile/request_context.ts";
import { traceOf } from "../../src/profile/trace_context.ts";
import type { LogFields, Logger } from "../../src/telemetry/log.ts";
import { MetricScope } from "../../src/telemetry/metric_scope.ts";

/** A component with receivers behind it that keep what they are given. */
export class ComponentBed {
  readonly component: Component;
  readonly log: RecordingLogger;
  readonly #id: string;
  readonly #metrics: MetricScope;
  readonly #clock: Clock;

  /** @param args as in the configuration; they must be right. */
  constructor(definition: ComponentDefinition, args: object, clock: Clock = systemClock) {
    this.#id = `${definition.type}.test`;
    this.log = new RecordingLogger();
    this.#metrics = new MetricScope({ component_id: this.#id });
    this.#clock = clock;
    const context = {
      id: this.#id,
      clock,
      log: this.log,
      metrics: this.#metrics,
      storagePath: "",
      adoptedPaths: [],
      share: wholeShare,
      listeners: new ListenerPool(),
    };
    this.component = definition.build(parseArguments(definition, args), context, undefined);
  }

  /** A receiver of the component's, wired to `children`. */
  connect(...children: readonly Receiver[]): Receiver {
    const receiver = this.component.connect(children);
    if (receiver === undefined) throw new Error("the component is no receiver");
    return receiver;
  }

  /** Sends one profile through `receiver`. */
  send(
    receiver: Receiver,
    profile: Profile,
    request: RequestContext = requestFrom(undefined),
  ): Promise<Outcome> {
    const plan = new DeliveryPlan(request, this.#clock);
    receiver.plan(profile, plan);
    if (plan.problem !== undefined) throw new Error(plan.problem);
    return plan.send();
  }

  /** The metrics without histograms' buckets, by name; only those that carry nothing but the component's id. */
  async metrics(): Promise<Record<string, number>> {
    const samples = (await this.#metrics.families()).flatMap((family) => family.samples);
    const own = samples.filter(({ labels }) => Bun.deepEquals(labels, { component_id: this.#id }));
    return Object.fromEntries(own.map(({ name, value }) => [name, value]));
  }

  /** The metrics' types, by name. */
  async metricTypes(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.#metrics.families()).map(({ name, type }) => [name, type]));
  }
}

/** A receiver that keeps what it is given once that is sent. */
export class RecordingReceiver implements Receiver {
  readonly received: Profile[] = [];
  readonly #outcome: Outcome;

  constructor(outcome: Outcome = delivered) {
    this.#outcome = outcome;
  }

  /** The label sets received: of /ingest one for each profile, of Push one for each series. */
  get labels(): Record<string, string>[] {
    return this.received.flatMap(labelSetsOf).map((labels) => Object.fromEntries(labels));
  }

  plan(profile: Profile, plan: DeliveryPlan): void {
    plan.add({
      send: async () => {
        this.received.push(profile);
        return this.#outcome;
      },
    });
  }
}

/** The label sets of a profile. */
export function labelSetsOf(profile: Profile): readonly LabelSet[] {
  return profile.kind === "ingest" ? [profile.labels] : profile.series.map(({ labels }) => labels);
}

/** A log that keeps its lines: level, message and fields. */
export class RecordingLogger implements Logger {
  readonly lines: [level: string, message: string, fields: LogFields | undefined][] = [];

  debug(message: string, fields?: LogFields): void {
    this.lines.push(["debug", message, fields]);
  }

  info(message: string, fields?: LogFields): void {
    this.lines.push(["info", message, fields]);
  }

  warn(message: string, fields?: LogFields): void {
    this.lines.push(["warn", message, fields]);
  }

  error(message: string, fields?: LogFields): void {
    this.lines.push(["error", message, fields]);
  }

  child(): Logger {
    return this;
  }
}

/** A request that came from `address`; `onAddress` is called each time that it is asked for. */
export function requestFrom(address: string | undefined, onAddress: () => void = () => {}): RequestContext {
  return {
    deadlineAt: Number.POSITIVE_INFINITY,
    canceled: undefined,
    isSenderGone: () => false,
    clientAddress: () => {
      onAddress();
      return address;
    },
    forwardedHeaders: new Map(),
    trace: traceOf(null, null),
  };
}

/** A profile that came by /ingest. */
export function ingest(labels: Readonly<Record<string, string>>): IngestProfile {
  return {
    kind: "ingest",
    labels: new Map(Object.entries(labels)),
    query: "from=1&until=2",
    contentType: "application/octet-stream",
    contentEncoding: undefined,
    body: new Uint8Array([1, 2, 3]),
  };
}

/** A series of Push with so many samples. */
export function series(labels: Readonly<Record<string, string>>, samples = 1): Series {
  return {
    labels: new Map(Object.entries(labels)),
    samples: Array.from({ length: samples }, (_, index) => ({
      id: `id-${index}`,
      rawProfile: new Uint8Array([index]),
    })),
    annotations: [{ key: "note", value: "kept" }],
  };
}

/** What one Push request brought. */
export function push(...all: readonly Series[]): PushProfile {
  return { kind: "push", series: all };
}

/** What is wrong with a component's arguments, as `path: message`. */
export function problemsOf(definition: ComponentDefinition, args: object): string[] {
  const parsed = v.safeParse(definition.schema, args);
  if (!parsed.success) return parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
  const problems: string[] = [];
  const report = (path: readonly (string | number)[], message: string) =>
    problems.push(`${path.join(".")}: ${message}`);
  definition.check?.(parsed.output, report, { storingHeaders: [] });
  return problems;
}

/** The arguments as a component gets them; throws where they are wrong. */
export function parseArguments(definition: ComponentDefinition, args: object): unknown {
  const problems = problemsOf(definition, args);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return v.parse(definition.schema, args);
}
