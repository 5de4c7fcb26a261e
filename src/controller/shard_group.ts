import type { Clock } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import type { ServiceActivity } from "../component/definition.ts";
import type { ComponentConfig } from "../config/load_config.ts";
import type { PortsByPlace } from "../http/process_ports.ts";
import type { MetricFamily } from "../telemetry/metric_family.ts";
import { changeAll } from "./change_shards.ts";
import { mergeActivity } from "./merged_activity.ts";
import type { ComponentHealth, ShardCalls, StoredBody } from "./shard.ts";
import type { ShardSlot } from "./shard_slot.ts";

/** All shards as one, whichever of them run at the moment. */
export class ShardGroup {
  readonly #slots: readonly ShardSlot[];
  readonly #clock: Clock;
  /** Where components listen, which all shards have to agree upon. */
  #ports: PortsByPlace = {};

  constructor(slots: readonly ShardSlot[], clock: Clock) {
    this.#slots = slots;
    this.#clock = clock;
  }

  /** The shards that run at the moment. */
  get running(): readonly ShardCalls[] {
    return this.#slots.flatMap(({ running }) => running ?? []);
  }

  /** The places where none runs, and why. */
  get missing(): { readonly id: string; readonly message: string; readonly sinceMs: number }[] {
    return this.#slots.flatMap(({ name: id, problem, problemSinceMs: sinceMs }) => {
      return problem === undefined ? [] : [{ id, message: problem, sinceMs }];
    });
  }

  /**
   * Brings all of them up, without a configuration.
   *
   * @param configure called with each that later takes another's place.
   * @throws CodedError where one can't be brought up.
   */
  async open(configure: (shard: ShardCalls) => Promise<void>): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.open(configure)));
  }

  /**
   * Changes all of them to a configuration, or none.
   *
   * @throws CodedError where one can't change; then all are as they were.
   */
  async change(components: readonly ComponentConfig[]): Promise<void> {
    const { running } = this;
    if (running.length === 0) throw new CodedError("unavailable", "nothing runs that could be changed");
    this.#ports = await changeAll(running, components, this.#ports, (shard, reason) => {
      this.#slots.find((slot) => slot.running === shard)?.renew(reason);
    });
  }

  /**
   * Gives the configuration in use to a shard that has none yet.
   *
   * @throws CodedError where it can't use it.
   */
  async configure(shard: ShardCalls, components: readonly ComponentConfig[]): Promise<void> {
    const isFirst = this.running.length === 0;
    this.#ports = await shard.prepare({ components, ports: this.#ports, isFirst });
    await shard.commit();
  }

  /** What all of them have counted, and how they stand; not merged yet. */
  async metrics(): Promise<MetricFamily[]> {
    return (await Promise.all(this.#slots.map((slot) => slot.metrics()))).flat();
  }

  /** The health of each component; where shards differ, the one that is unhealthy counts. */
  async health(): Promise<Map<string, ComponentHealth>> {
    const reports = await Promise.all(this.#slots.map((slot) => this.#healthOf(slot)));
    const merged = new Map<string, ComponentHealth>();
    for (const report of reports.flat()) {
      if (merged.get(report.id)?.health.state !== "unhealthy") merged.set(report.id, report);
    }
    return merged;
  }

  /** A stored profile, whichever shard has it; undefined where none does. */
  async getProfile(id: string): Promise<StoredBody | undefined> {
    const found = await Promise.all(this.running.map((shard) => shard.getProfile(id)));
    return found.find((profile) => profile !== undefined);
  }

  /** What was stored since the last call, by service. */
  async activity(): Promise<ServiceActivity[]> {
    return mergeActivity((await Promise.all(this.running.map((shard) => shard.activity()))).flat());
  }

  /** Tells all of them something. One that can't hear it any more is replaced, by one that knows. */
  async tell(call: (shard: ShardCalls) => Promise<void>): Promise<void> {
    await Promise.all(this.running.map((shard) => call(shard).catch(onlyExpected)));
  }

  /** Ends all of them for good. */
  async stop(graceMs?: number): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.stop(graceMs)));
  }

  async #healthOf({ name: id, running }: ShardSlot): Promise<ComponentHealth[]> {
    try {
      return (await running?.health()) ?? [];
    } catch (thrown) {
      const { message } = onlyExpected(thrown);
      const health = { state: "unhealthy", message, sinceMs: this.#clock.wall() } as const;
      return [{ id, address: undefined, health }];
    }
  }
}

/** @throws what is no expected failure. */
function onlyExpected(thrown: unknown): CodedError {
  if (thrown instanceof CodedError) return thrown;
  throw thrown;
}
