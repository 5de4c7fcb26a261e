import type { Clock } from "../base/clock.ts";
import type { Logger } from "../telemetry/log.ts";
import type { MetricFamily } from "../telemetry/metric_family.ts";
import { inProcessChannel } from "./message_channel.ts";
import type { ShardCalls, ShardFlow } from "./shard.ts";
import { connectShard } from "./shard_client.ts";
import { serveShard } from "./shard_server.ts";
import { workerFamilies } from "./worker_metrics.ts";

/** The place of a shard, where one may come after another. */
export interface ShardSlot {
  /** What it is called in health and log. */
  readonly name: string;
  /** The shard while it runs with the configuration in use; undefined while there is none. */
  readonly running: ShardCalls | undefined;
  /** Why there is none; undefined where there is one. */
  readonly problem: string | undefined;
  /** Since when it has been missing, where it is, in milliseconds since the Unix epoch. */
  readonly problemSinceMs: number;
  /**
   * Brings a shard up that has no configuration yet.
   *
   * @param configure called with each further shard that takes the first one's place, to give it the configuration in
   * use; fails where it can't use that.
   * @throws CodedError where it can't be brought up.
   */
  open(configure: (shard: ShardCalls) => Promise<void>): Promise<void>;
  /** Ends the shard, for a reason, so that another takes its place. */
  renew(reason: string): void;
  /** All that the shards of this place have counted, and how the one that runs stands. */
  metrics(): Promise<MetricFamily[]>;
  /** The same of the metrics of these names alone. */
  readMetrics(names: readonly string[]): Promise<MetricFamily[]>;
  /** How its components do, and all that has passed between those of all shards of this place. */
  flow(): Promise<ShardFlow>;
  /** Ends the shard for good; without `graceMs` each component takes its own time. */
  stop(graceMs?: number): Promise<void>;
}

/** The place of the one shard that lives in the controller's own process. */
export class InProcessSlot implements ShardSlot {
  readonly name = "shard";
  readonly running: ShardCalls;
  readonly problem = undefined;
  readonly problemSinceMs = 0;
  readonly #log: Logger;

  constructor(shard: ShardCalls, clock: Clock, log: Logger) {
    this.#log = log;
    const [controllerEnd, shardEnd] = inProcessChannel();
    serveShard(shardEnd, shard, log);
    this.running = connectShard(controllerEnd, clock, (reason) => this.renew(reason));
  }

  async open(): Promise<void> {}

  // There can be no other; what a defect has left goes on.
  renew(reason: string): void {
    this.#log.error("unexpected failure, please report it", { reason });
  }

  async metrics(): Promise<MetricFamily[]> {
    return [...(await this.running.metrics()), ...workerFamilies(true, 0)];
  }

  readMetrics(names: readonly string[]): Promise<MetricFamily[]> {
    return this.running.readMetrics(names);
  }

  flow(): Promise<ShardFlow> {
    return this.running.flow();
  }

  stop(graceMs?: number): Promise<void> {
    return this.running.stop(graceMs);
  }
}
