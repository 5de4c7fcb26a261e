import { CodedError, type FailureCode } from "../base/failure.ts";
import type { LiveBody } from "../graph/live_bodies.ts";
import type { LiveAnswer } from "../graph/live_tap.ts";
import { type MetricFamily, mergeFamilies } from "../telemetry/metric_family.ts";
import { type MergedFlow, mergeFlows } from "./merged_flow.ts";
import type { ShardCalls, StoreLocation } from "./shard.ts";
import type { ShardSlot } from "./shard_slot.ts";

/** What is asked at the place of a shard. */
export type ObservedPlace = Pick<ShardSlot, "running" | "readMetrics" | "flow">;

/**
 * Looks into all shards as one, and changes nothing. A shard that does not answer is left out: what is wrong with it
 * is told by its health.
 */
export class Observation {
  readonly #places: readonly ObservedPlace[];

  constructor(places: readonly ObservedPlace[]) {
    this.#places = places;
  }

  /** How the components do, and what has passed between them. */
  async flow(): Promise<MergedFlow> {
    return mergeFlows(await all(this.#places.map((place) => place.flow())));
  }

  /** The metrics of these names alone, added up over the shards. */
  async readMetrics(names: readonly string[]): Promise<MetricFamily[]> {
    const families = await all(this.#places.map((place) => place.readMetrics(names)));
    return mergeFamilies(families.flat());
  }

  /**
   * Profiles as they pass: what the shard of each place has new.
   *
   * @param after what was said of each place that `next` was; missing where it has not been asked yet.
   * @throws CodedError where the selector is wrong, or too many look already.
   */
  live(viewer: string, match: string, after: readonly number[]): Promise<LiveAnswer[]> {
    return Promise.all(
      this.#places.map(async ({ running: shard }, index) => {
        const query = { viewer, match, after: after[index] ?? 0 };
        const answer = shard && (await answered(shard.live(query), viewersMistakes));
        return answer ?? { ...nothingNew, next: query.after };
      }),
    );
  }

  /** The body of a profile that `live` told of, while it is kept. */
  async liveBody(id: string): Promise<LiveBody | undefined> {
    const [found] = await this.#all((shard) => shard.liveBody(id));
    return found;
  }

  /** Where profiles are kept. */
  async stores(): Promise<StoreLocation[]> {
    return (await this.#all((shard) => shard.stores())).flat();
  }

  /** The last lines of logs that are not the controller's own, of each shard the oldest first. */
  lastLines(): Promise<(readonly string[])[]> {
    return this.#all((shard) => shard.lastLines());
  }

  #all<Answer>(ask: (shard: ShardCalls) => Promise<Answer>): Promise<Answer[]> {
    return all(this.#places.flatMap(({ running }) => (running === undefined ? [] : ask(running))));
  }
}

const nothingNew = { records: [], counts: { passed: 0, matched: 0, unseen: 0, recorded: 0 } };

/** Failures that whoever looks is to hear of. */
const viewersMistakes: readonly FailureCode[] = ["invalid_argument", "resource_exhausted"];

/** The answers of those shards that give one. */
async function all<Answer>(askings: readonly Promise<Answer>[]): Promise<Answer[]> {
  const answers = await Promise.all(askings.map((asking) => answered(asking)));
  return answers.filter((answer) => answer !== undefined);
}

/** The answer of a shard; undefined where it gives none. */
async function answered<Answer>(
  asking: Promise<Answer>,
  told: readonly FailureCode[] = [],
): Promise<Answer | undefined> {
  try {
    return await asking;
  } catch (thrown) {
    if (thrown instanceof CodedError && !told.includes(thrown.code)) return undefined;
    throw thrown;
  }
}
