import type { Clock } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import type { ComponentDefinition, ServiceActivity } from "../component/definition.ts";
import type { LogLevel, RootLogger } from "../telemetry/log.ts";
import { type MetricFamily, mergeFamilies } from "../telemetry/metric_family.ts";
import { type ComponentInfo, componentInfos } from "./component_info.ts";
import { type CheckResult, configOf, type ShownComponent } from "./config_check.ts";
import type { ConfigComparison } from "./config_comparison.ts";
import { ConfigInUse, type ReloadObserver, type ReloadResult } from "./config_in_use.ts";
import type { ConfigSource } from "./config_source.ts";
import { healthFamily } from "./health_metrics.ts";
import { Observation } from "./observation.ts";
import { QueueDesk } from "./queue_desk.ts";
import type { ComponentHealth, StoredBody } from "./shard.ts";
import { ShardGroup } from "./shard_group.ts";
import type { ShardSlot } from "./shard_slot.ts";

/** What the controller works with. */
export interface ControllerParts {
  readonly source: ConfigSource;
  readonly definitions: readonly ComponentDefinition[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly slots: readonly ShardSlot[];
  readonly clock: Clock;
  readonly log: RootLogger;
  /** Families of the process itself. */
  readonly processMetrics: () => Promise<MetricFamily[]>;
  /** Told of each reload, whoever asked for it. */
  readonly reloads?: ReloadObserver;
}

/** Something that does not do well, and since when, in milliseconds since the Unix epoch. */
export interface Unhealthy {
  /** A component's id, or `configuration`. */
  readonly id: string;
  readonly message: string;
  readonly sinceMs: number;
}

/** Owns the configuration, and speaks for all shards as one. */
export class Controller {
  readonly #parts: ControllerParts;
  readonly #shards: ShardGroup;
  readonly #config: ConfigInUse;
  /** What those who look into the shards ask. */
  readonly observation: Observation;
  /** The queues of all shards. */
  readonly queues: QueueDesk;
  #isReady = false;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#shards = new ShardGroup(parts.slots, parts.clock);
    this.observation = new Observation(parts.slots);
    this.queues = new QueueDesk(() => this.#shards.running);
    this.#config = new ConfigInUse({ ...parts, apply: (components) => this.#shards.change(components) });
  }

  /**
   * Whether profiles are taken; says nothing of any destination. At the start all shards must be there; later one is
   * enough, since it takes what comes while another is replaced.
   */
  get isReady(): boolean {
    return this.#isReady && this.#shards.running.length > 0;
  }

  /** Where the configuration comes from. */
  get source(): ConfigSource {
    return this.#parts.source;
  }

  /** Since when the configuration in use is, in milliseconds since the Unix epoch. */
  get loadedAtMs(): number {
    return this.#config.loadedAtMs;
  }

  /** The components of the configuration in use, secrets masked. */
  get shown(): readonly ShownComponent[] {
    return this.#config.shown;
  }

  /** Looks for problems without starting anything: in `text`, or else in the source as it stands now. */
  check(text?: string): CheckResult {
    return this.#config.check(text);
  }

  /** What leads from the configuration in use to the one in the source, secrets masked. */
  compare(): ConfigComparison {
    return this.#config.compare();
  }

  /** Every kind of component there is. */
  get definitions(): readonly ComponentDefinition[] {
    return this.#parts.definitions;
  }

  /**
   * Loads the configuration and starts everything; on problems nothing stays open.
   *
   * @param checked what `check` has just found.
   */
  async start(checked: CheckResult = this.check()): Promise<ReloadResult> {
    const config = this.#config;
    const result = await config.inTurn(async (): Promise<ReloadResult> => {
      try {
        // A shard that takes another's place must not come between the shards' halves of a change.
        await this.#shards.open((shard) =>
          config.inTurn(() => this.#shards.configure(shard, config.components)),
        );
        return await config.change(checked);
      } catch (thrown) {
        if (!(thrown instanceof CodedError)) throw thrown;
        return { ok: false, problems: [thrown.message], code: thrown.code };
      }
    });
    this.#isReady = result.ok;
    if (!result.ok) await this.stop(0);
    return result;
  }

  /** Changes to the configuration as it stands in its source now; one reload at a time. */
  reload(): Promise<ReloadResult> {
    return this.#config.reload();
  }

  /** All metrics, those of equal names and labels taken together over the shards. */
  async metrics(): Promise<MetricFamily[]> {
    const health = this.#shards.health();
    const families = await Promise.all([
      this.#parts.processMetrics(),
      health.then((reports) => [healthFamily([...reports.values(), this.#ownHealth])]),
      this.#shards.metrics(),
    ]);
    return mergeFamilies(families.flat());
  }

  /** What the process itself uses. */
  processMetrics(): Promise<MetricFamily[]> {
    return this.#parts.processMetrics();
  }

  /** The components as they are wired, and how they do. */
  async components(): Promise<ComponentInfo[]> {
    return componentInfos(this.shown, await this.#shards.health());
  }

  /** The names of everything that is unhealthy, each with the reason. */
  async unhealthy(): Promise<Unhealthy[]> {
    const reports = [...(await this.#shards.health()).values(), this.#ownHealth];
    const unhealthy = reports
      .filter(({ health }) => health.state === "unhealthy")
      .map(({ id, health }) => ({ id, message: health.message, sinceMs: health.sinceMs }));
    return [...unhealthy, ...this.#shards.missing];
  }

  /** The configuration in use, secrets masked. */
  config(): unknown {
    return configOf(this.shown);
  }

  /** A stored profile, whichever shard has it; undefined where none does. */
  getProfile(id: string): Promise<StoredBody | undefined> {
    return this.#shards.getProfile(id);
  }

  /** What was stored since the last call, by service. */
  activity(): Promise<ServiceActivity[]> {
    return this.#shards.activity();
  }

  /** How much is logged from now on, here and in all shards. */
  async setLogLevel(level: LogLevel): Promise<void> {
    this.#parts.log.level = level;
    await this.#shards.tell((shard) => shard.setLogLevel(level));
  }

  /** Says that it is about to end: no longer ready, answers close their connections. */
  async announceStop(): Promise<void> {
    this.#isReady = false;
    await this.#shards.tell((shard) => shard.announceStop());
  }

  /** Ends all shards. */
  async stop(graceMs?: number): Promise<void> {
    this.#isReady = false;
    await this.#shards.stop(graceMs);
  }

  get #ownHealth(): Pick<ComponentHealth, "id" | "health"> {
    return { id: "configuration", health: this.#config.health };
  }
}
