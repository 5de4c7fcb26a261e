import type { Clock } from "../base/clock.ts";
import type {
  ComponentDefinition,
  EndpointStatus,
  ServiceActivity,
  StoredProfile,
} from "../component/definition.ts";
import type { Health } from "../component/health.ts";
import type { DeadLetterBody, DeadLetterInfo, QueueInfo, QueueOrder } from "../component/queues.ts";
import type { ComponentConfig } from "../config/load_config.ts";
import type { EdgeCount } from "../graph/edge.ts";
import type { LiveBody } from "../graph/live_bodies.ts";
import { type LiveAnswer, type LiveQuery, LiveTap } from "../graph/live_tap.ts";
import { Pipeline } from "../graph/pipeline.ts";
import { ListenerPool } from "../http/listener.ts";
import type { Tracer } from "../profile/request_span.ts";
import type { Logger } from "../telemetry/log.ts";
import type { MetricFamily } from "../telemetry/metric_family.ts";
import type { RecentLine } from "../telemetry/recent_lines.ts";

/** How a component of a shard does. */
export interface ComponentHealth {
  readonly id: string;
  readonly address: string | undefined;
  readonly health: Health;
}

/** How a component does, with all that the flow's page shows of it. */
export interface ComponentFlow extends ComponentHealth {
  readonly recent: readonly RecentLine[];
  readonly endpoints: readonly EndpointStatus[];
}

/** The components of a shard, and what has passed between them. */
export interface ShardFlow {
  readonly components: readonly ComponentFlow[];
  readonly edges: readonly EdgeCount[];
}

/** Where a component keeps profiles. */
export interface StoreLocation {
  readonly component_id: string;
  /** An SQLite file, for those who only read it. */
  readonly path: string;
}

/** A stored profile with its body. */
export interface StoredBody {
  readonly profile: StoredProfile;
  readonly body: Uint8Array;
}

/**
 * What the controller can ask of a shard. Requests and replies are plain data, so that a shard can live in a
 * process of its own.
 */
export interface ShardCalls {
  /** Runs this configuration from now on; fails where something new can't start, and then nothing has changed. */
  apply(components: readonly ComponentConfig[]): Promise<void>;
  metrics(): Promise<MetricFamily[]>;
  /** The metrics of these names alone; the others cost nothing. */
  readMetrics(names: readonly string[]): Promise<MetricFamily[]>;
  health(): Promise<ComponentHealth[]>;
  flow(): Promise<ShardFlow>;
  /** Profiles as they pass; they are recorded for as long as anyone asks. */
  live(query: LiveQuery): Promise<LiveAnswer>;
  /** The body of a profile that `live` told of, while it is kept. */
  liveBody(id: string): Promise<LiveBody | undefined>;
  stores(): Promise<StoreLocation[]>;
  /** The newest stored profiles first. */
  listProfiles(limit: number): Promise<StoredProfile[]>;
  getProfile(id: string): Promise<StoredBody | undefined>;
  /** What was stored since the last call, by service. */
  activity(): Promise<ServiceActivity[]>;
  /** What is queued, for endpoints of the configuration and for others. */
  listQueues(): Promise<QueueInfo[]>;
  /** The newest dead letters of a queue first. */
  listDeadLetters(queue: string, limit: number): Promise<DeadLetterInfo[]>;
  getDeadLetter(queue: string, id: string): Promise<DeadLetterBody | undefined>;
  /** Puts a queue in order; returns how many profiles that moved or dropped. */
  orderQueue(queue: string, order: QueueOrder): Promise<number>;
  /** Answers with Connection: close from now on. */
  announceStop(): Promise<void>;
  /** Ends everything; without `graceMs` each component takes its own time. */
  stop(graceMs?: number): Promise<void>;
}

/** What a shard is made in. */
export interface ShardParts {
  readonly definitions: readonly ComponentDefinition[];
  readonly clock: Clock;
  readonly log: Logger;
  /** A folder that no other shard uses. */
  readonly storagePath: string;
  /** Records requests as spans; undefined where nobody asked for that. */
  readonly tracer?: Tracer | undefined;
}

/** Listeners, pipelines and writers made from one snapshot of the configuration. */
export class Shard implements ShardCalls {
  readonly #pipeline: Pipeline;
  readonly #live: LiveTap;

  constructor(parts: ShardParts) {
    this.#pipeline = new Pipeline({ ...parts, listeners: new ListenerPool() });
    this.#live = new LiveTap(parts.clock, this.#pipeline.taps);
  }

  apply(components: readonly ComponentConfig[]): Promise<void> {
    return this.#pipeline.apply(components);
  }

  async metrics(): Promise<MetricFamily[]> {
    const scopes = [...this.#components(), ...this.#pipeline.shared].map(({ metrics }) => metrics);
    const families = await Promise.all(scopes.map((scope) => scope.families()));
    return families.flat();
  }

  async readMetrics(names: readonly string[]): Promise<MetricFamily[]> {
    return this.#components().flatMap(({ metrics }) => metrics.read(names));
  }

  async flow(): Promise<ShardFlow> {
    const components = this.#components().map(({ config, component, recent }) => ({
      id: config.id,
      address: component.address,
      health: component.health(),
      recent: recent.lines,
      endpoints: component.endpoints?.() ?? [],
    }));
    return { components, edges: this.#pipeline.edges() };
  }

  async live(query: LiveQuery): Promise<LiveAnswer> {
    return this.#live.ask(query);
  }

  async liveBody(id: string): Promise<LiveBody | undefined> {
    return this.#live.body(id);
  }

  async stores(): Promise<StoreLocation[]> {
    return this.#components().flatMap(({ config, component }) =>
      (component.profiles?.paths() ?? []).map((path) => ({ component_id: config.id, path })),
    );
  }

  async health(): Promise<ComponentHealth[]> {
    return this.#components().map(({ config, component }) => ({
      id: config.id,
      address: component.address,
      health: component.health(),
    }));
  }

  async listProfiles(limit: number): Promise<StoredProfile[]> {
    const lists = this.#stores().map((store) => store.list(limit));
    return lists.flat().sort(newestFirst).slice(0, limit);
  }

  async getProfile(id: string): Promise<StoredBody | undefined> {
    for (const store of this.#stores()) {
      const found = store.get(id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async activity(): Promise<ServiceActivity[]> {
    return this.#stores().flatMap((store) => store.activity());
  }

  async listQueues(): Promise<QueueInfo[]> {
    return this.#queues().flatMap((queues) => queues.list());
  }

  async listDeadLetters(queue: string, limit: number): Promise<DeadLetterInfo[]> {
    const lists = await Promise.all(this.#queues().map((queues) => queues.deadLetters(queue, limit)));
    return lists.flat();
  }

  async getDeadLetter(queue: string, id: string): Promise<DeadLetterBody | undefined> {
    for (const queues of this.#queues()) {
      const found = await queues.deadLetter(queue, id);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async orderQueue(queue: string, order: QueueOrder): Promise<number> {
    let count = 0;
    for (const queues of this.#queues()) count += await queues.order(queue, order);
    return count;
  }

  /** Takes over what a shard that is gone has left in its folder; returns how many profiles. */
  adopt(storagePath: string): Promise<number> {
    return this.#pipeline.adopt(storagePath);
  }

  async announceStop(): Promise<void> {
    for (const { component } of this.#components()) component.announceStop?.();
  }

  stop(graceMs?: number): Promise<void> {
    return this.#pipeline.stop(graceMs);
  }

  #components() {
    return [...this.#pipeline.running.values()];
  }

  #queues() {
    return this.#pipeline.shared.flatMap(({ part }) => part.queues ?? []);
  }

  #stores() {
    return this.#components().flatMap(({ component }) => component.profiles ?? []);
  }
}

/** Orders stored profiles by their time of receipt, and by id where that is the same. */
export function newestFirst(left: StoredProfile, right: StoredProfile): number {
  return right.received_at - left.received_at || (left.id < right.id ? 1 : -1);
}
