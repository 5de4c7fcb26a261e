import { CodedError } from "../../src/base/failure.ts";
import type { ServiceActivity, StoredProfile } from "../../src/component/definition.ts";
import type { DeadLetterBody, DeadLetterInfo, QueueInfo, QueueOrder } from "../../src/component/queues.ts";
import type { ComponentConfig } from "../../src/config/load_config.ts";
import type {
  ComponentHealth,
  ShardCalls,
  ShardChange,
  ShardFlow,
  StoredBody,
  StoreLocation,
} from "../../src/controller/shard.ts";
import type { LiveBody } from "../../src/graph/live_bodies.ts";
import type { LiveAnswer, LiveQuery } from "../../src/graph/live_tap.ts";
import type { PortsByPlace } from "../../src/http/process_ports.ts";
import type { LogLevel } from "../../src/telemetry/log.ts";
import type { MetricFamily } from "../../src/telemetry/metric_family.ts";

/** A shard that runs nothing and says what the test wants. */
export class StubShard implements ShardCalls {
  /** The component ids of each configuration that was applied, in order. */
  readonly applied: (readonly string[])[] = [];
  /** Thrown by the next call of prepare. */
  failure: Error | undefined;
  /** Holds up prepare until it resolves. */
  gate: Promise<unknown> | undefined;
  families: MetricFamily[] = [];
  reports: ComponentHealth[] = [];
  flowNow: ShardFlow = { components: [], edges: [] };
  readonly liveQueries: LiveQuery[] = [];
  liveNow: LiveAnswer = { records: [], next: 0, counts: { passed: 0, matched: 0, unseen: 0, recorded: 0 } };
  readonly liveBodies = new Map<string, LiveBody>();
  storeLocations: StoreLocation[] = [];
  stored: StoredBody[] = [];
  services: ServiceActivity[] = [];
  queues: QueueInfo[] = [];
  letters: DeadLetterBody[] = [];
  readonly orders: { readonly queue: string; readonly order: QueueOrder }[] = [];
  /** How many profiles each order is said to have moved or dropped. */
  orderCount = 0;
  readonly ends: string[] = [];

  /** Each change that was asked for, in order. */
  readonly changes: ShardChange[] = [];
  /** Where components listen, as it says. */
  ports: PortsByPlace = {};
  #prepared: readonly ComponentConfig[] = [];
  level: LogLevel = "info";
  logLines: string[] = [];
  /** How often it was asked whether an earlier change is over. */
  settles = 0;

  async settle(): Promise<void> {
    this.settles += 1;
  }

  async prepare(change: ShardChange): Promise<PortsByPlace> {
    this.changes.push(change);
    await this.gate;
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    this.#prepared = change.components;
    return { ...change.ports, ...this.ports };
  }

  async commit(): Promise<void> {
    this.applied.push(this.#prepared.map(({ id }) => id));
  }

  async rollback(): Promise<void> {
    this.ends.push("rolled back");
  }

  async setLogLevel(level: LogLevel): Promise<void> {
    this.level = level;
  }

  async lastLines(): Promise<readonly string[]> {
    return this.logLines;
  }

  async metrics(): Promise<MetricFamily[]> {
    return this.families;
  }

  async readMetrics(names: readonly string[]): Promise<MetricFamily[]> {
    return this.families.filter(({ name }) => names.includes(name));
  }

  async flow(): Promise<ShardFlow> {
    return this.flowNow;
  }

  async live(query: LiveQuery): Promise<LiveAnswer> {
    this.liveQueries.push(query);
    return this.liveNow;
  }

  async liveBody(id: string): Promise<LiveBody | undefined> {
    return this.liveBodies.get(id);
  }

  async stores(): Promise<StoreLocation[]> {
    return this.storeLocations;
  }

  async health(): Promise<ComponentHealth[]> {
    return this.reports;
  }

  async getProfile(id: string): Promise<StoredBody | undefined> {
    return this.stored.find(({ profile }) => profile.id === id);
  }

  async activity(): Promise<ServiceActivity[]> {
    return this.services;
  }

  async listQueues(): Promise<QueueInfo[]> {
    return this.queues;
  }

  async listDeadLetters(queue: string, limit: number): Promise<DeadLetterInfo[]> {
    return this.letters
      .map(({ letter }) => letter)
      .filter((one) => one.queue === queue)
      .slice(0, limit);
  }

  async getDeadLetter(queue: string, id: string): Promise<DeadLetterBody | undefined> {
    return this.letters.find(({ letter }) => letter.queue === queue && letter.id === id);
  }

  async orderQueue(queue: string, order: QueueOrder): Promise<number> {
    this.orders.push({ queue, order });
    return this.orderCount;
  }

  async announceStop(): Promise<void> {
    this.ends.push("announced");
  }

  async stop(graceMs?: number): Promise<void> {
    this.ends.push(`stopped ${graceMs}`);
  }
}

/** A failure as a port that is taken makes it. */
export function portTaken(): CodedError {
  return new CodedError(
    "already_exists",
    "can't listen on 127.0.0.1:1: the port is in use by another program",
  );
}

/** A stored profile with a body. */
export function storedBody(id: string, more: Partial<StoredProfile> = {}): StoredBody {
  const profile: StoredProfile = {
    id,
    component_id: "pyroscope.local_store.default",
    received_at: 1_767_323_045_000,
    from: null,
    until: null,
    kind: "ingest",
    format: "pprof",
    content_type: "",
    content_encoding: "",
    service_name: "shop",
    labels: { service_name: "shop" },
    bytes: 3,
    ...more,
  };
  return { profile, body: new Uint8Array([1, 2, 255]) };
}
