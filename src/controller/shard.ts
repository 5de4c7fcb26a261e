import type { Clock } from "../base/clock.ts";
import type { Share } from "../base/share.ts";
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
import { Pipeline, type PreparedChange } from "../graph/pipeline.ts";
import { ListenerPool } from "../http/listener.ts";
import type { PortsByPlace } from "../http/process_ports.ts";
import type { Tracer } from "../profile/request_span.ts";
import type { LogLevel, RootLogger } from "../telemetry/log.ts";
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

/** What a shard is to run. */
export interface ShardChange {
  readonly components: readonly ComponentConfig[];
  /** Where components listen in shards that share their ports. */
  readonly ports: PortsByPlace;
  /** Whether this shard looks whether its new ports are free; the others have to share them then. */
  readonly isFirst: boolean;
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
  /** Resolves when what an earlier change has replaced no longer listens; before that no shard prepares another. */
  settle(): Promise<void>;
  /**
   * Builds and starts what is new in a configuration, so that `commit` can't fail; where this fails nothing has
   * changed. Exactly one of `commit` and `rollback` is to follow.
   *
   * @returns where components listen, those of other shards included.
   */
  prepare(change: ShardChange): Promise<PortsByPlace>;
  /** Runs what was prepared from now on. */
  commit(): Promise<void>;
  /** Forgets what was prepared. */
  rollback(): Promise<void>;
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
  /** A stored profile; undefined where it is not, or no longer, there. */
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
  setLogLevel(level: LogLevel): Promise<void>;
  /** The last lines of its log, the oldest first; none where it writes into the controller's. */
  lastLines(): Promise<readonly string[]>;
  /** Answers with Connection: close from now on. */
  announceStop(): Promise<void>;
  /** Ends everything; without `graceMs` each component takes its own time. */
  stop(graceMs?: number): Promise<void>;
}

/** What a shard is made in. */
export interface ShardParts {
  readonly definitions: readonly ComponentDefinition[];
  readonly clock: Clock;
  readonly log: RootLogger;
  /** A folder that no other shard uses. */
  readonly storagePath: string;
  /** Folders of shards that are gone, whose content is this one's now. */
  readonly adoptedPaths: readonly string[];
  /** Which of the shards it is. */
  readonly share: Share;
  /** Records requests as spans; undefined where nobody asked for that. */
  readonly tracer?: Tracer | undefined;
}

/** Listeners, pipelines and writers made from one snapshot of the configuration. */
export class Shard implements ShardCalls {
  readonly #pipeline: Pipeline;
  readonly #live: LiveTap;
  readonly #listeners: ListenerPool;
  readonly #log: RootLogger;
  #prepared: PreparedChange | undefined;

  constructor(parts: ShardParts) {
    this.#log = parts.log;
    this.#listeners = new ListenerPool(parts.clock, parts.share.count);
    this.#pipeline = new Pipeline({ ...parts, listeners: this.#listeners });
    this.#live = new LiveTap(parts.clock, this.#pipeline.taps);
  }

  settle(): Promise<void> {
    return this.#listeners.settled();
  }

  async prepare({ components, ports, isFirst }: ShardChange): Promise<PortsByPlace> {
    if (this.#prepared !== undefined) throw new Error("a change has been prepared already");
    this.#listeners.ports.learn(ports, isFirst);
    this.#prepared = await this.#pipeline.prepare(components);
    return this.#listeners.ports.all;
  }

  async commit(): Promise<void> {
    this.#takePrepared().commit();
  }

  rollback(): Promise<void> {
    return this.#takePrepared().rollback();
  }

  #takePrepared(): PreparedChange {
    const prepared = this.#prepared;
    if (prepared === undefined) throw new Error("no change has been prepared");
    this.#prepared = undefined;
    return prepared;
  }

  async metrics(): Promise<MetricFamily[]> {
    const families = await Promise.all(this.#scopes().map((scope) => scope.families()));
    return families.flat();
  }

  async readMetrics(names: readonly string[]): Promise<MetricFamily[]> {
    return this.#scopes().flatMap((scope) => scope.read(names));
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

  async setLogLevel(level: LogLevel): Promise<void> {
    this.#log.level = level;
  }

  async lastLines(): Promise<readonly string[]> {
    return [];
  }

  async announceStop(): Promise<void> {
    for (const { component } of this.#components()) component.announceStop?.();
  }

  stop(graceMs?: number): Promise<void> {
    return this.#pipeline.stop(graceMs);
  }

  #scopes() {
    return [...this.#components(), ...this.#pipeline.shared].map(({ metrics }) => metrics);
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
