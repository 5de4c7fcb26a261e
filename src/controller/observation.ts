import type { LiveBody } from "../graph/live_bodies.ts";
import type { LiveAnswer } from "../graph/live_tap.ts";
import { type MetricFamily, mergeFamilies } from "../telemetry/metric_family.ts";
import { type MergedFlow, mergeFlows } from "./merged_flow.ts";
import type { ShardCalls, StoreLocation } from "./shard.ts";

/** Looks into all shards as one, and changes nothing. */
export class Observation {
  readonly #shards: () => readonly ShardCalls[];

  constructor(shards: () => readonly ShardCalls[]) {
    this.#shards = shards;
  }

  /** How the components do, and what has passed between them. */
  async flow(): Promise<MergedFlow> {
    return mergeFlows(await this.#all((shard) => shard.flow()));
  }

  /** The metrics of these names alone, added up over the shards. */
  async readMetrics(names: readonly string[]): Promise<MetricFamily[]> {
    const families = await this.#all((shard) => shard.readMetrics(names));
    return mergeFamilies(families.flat());
  }

  /**
   * Profiles as they pass: what each shard has new.
   *
   * @param after what each shard said `next` was, by its place; missing where it has not been asked yet.
   */
  live(viewer: string, match: string, after: readonly number[]): Promise<LiveAnswer[]> {
    return this.#all((shard, index) => shard.live({ viewer, match, after: after[index] ?? 0 }));
  }

  /** The body of a profile that `live` told of, while it is kept. */
  async liveBody(id: string): Promise<LiveBody | undefined> {
    const found = await this.#all((shard) => shard.liveBody(id));
    return found.find((body) => body !== undefined);
  }

  /** Where profiles are kept. */
  async stores(): Promise<StoreLocation[]> {
    return (await this.#all((shard) => shard.stores())).flat();
  }

  #all<Answer>(ask: (shard: ShardCalls, index: number) => Promise<Answer>): Promise<Answer[]> {
    return Promise.all(this.#shards().map(ask));
  }
}
