import type { Clock } from "../base/clock.ts";
import { CodedError, type FailureCode } from "../base/failure.ts";
import type { ComponentDefinition, ServiceActivity } from "../component/definition.ts";
import { type Health, HealthRecord } from "../component/health.ts";
import type { ComponentConfig } from "../config/load_config.ts";
import type { LocatedProblem } from "../config/problem.ts";
import type { LogLevel, RootLogger } from "../telemetry/log.ts";
import { type MetricFamily, mergeFamilies } from "../telemetry/metric_family.ts";
import {
  type CheckResult,
  checkConfig,
  configOf,
  type ShownComponent,
  shownComponents,
} from "./config_check.ts";
import { type ConfigComparison, compareConfigs } from "./config_comparison.ts";
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

/** Who wants to know of reloads. */
export interface ReloadObserver {
  reloadBegan(): void;
  /** @param isTaken false where the configuration in use stays. */
  reloadEnded(isTaken: boolean): void;
}

/** A component as the API shows it, in the form of Alloy's. */
export interface ComponentInfo {
  readonly name: string;
  readonly type: "block";
  readonly localID: string;
  readonly moduleID: string;
  readonly label: string;
  readonly referencesTo: readonly string[];
  readonly referencedBy: readonly string[];
  readonly health: { readonly state: string; readonly message: string; readonly updatedTime: string };
  readonly arguments: unknown;
  /** Where it listens, where it does. */
  readonly address?: string;
}

/** Something that does not do well, and since when, in milliseconds since the Unix epoch. */
export interface Unhealthy {
  /** A component's id, or `configuration`. */
  readonly id: string;
  readonly message: string;
  readonly sinceMs: number;
}

/** What came of a reload: nothing, or the problems that kept it from happening. */
export type ReloadResult =
  | { readonly ok: true }
  /** `code`: what kept something from starting; absent where the configuration itself is wrong. */
  | {
      readonly ok: false;
      readonly problems: readonly string[];
      readonly places?: readonly LocatedProblem[];
      readonly code?: FailureCode;
    };

/** Owns the configuration, and speaks for all shards as one. */
export class Controller {
  readonly #parts: ControllerParts;
  readonly #shards: ShardGroup;
  readonly #configHealth: HealthRecord;
  /** What those who look into the shards ask. */
  readonly observation: Observation;
  /** The queues of all shards. */
  readonly queues: QueueDesk;
  #components: readonly ComponentConfig[] = [];
  #shown: readonly ShownComponent[] = [];
  #loadedAtMs = 0;
  #changing: Promise<unknown> = Promise.resolve();
  #isReady = false;

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.#shards = new ShardGroup(parts.slots, parts.clock);
    this.observation = new Observation(parts.slots);
    this.queues = new QueueDesk(() => this.#shards.running);
    this.#configHealth = new HealthRecord(parts.clock.wall, "the configuration is in use");
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
    return this.#loadedAtMs;
  }

  /** The components of the configuration in use, secrets masked. */
  get shown(): readonly ShownComponent[] {
    return this.#shown;
  }

  /** Looks for problems without starting anything: in `text`, or else in the source as it stands now. */
  check(text?: string): CheckResult {
    return checkConfig(this.#parts, text);
  }

  /** What leads from the configuration in use to the one in the source, secrets masked. */
  compare(): ConfigComparison {
    return compareConfigs(this.#components, this.check(), this.#parts.definitions);
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
    const result = await this.#inTurn(async (): Promise<ReloadResult> => {
      try {
        await this.#shards.open((shard) =>
          this.#inTurn(() => this.#shards.configure(shard, this.#components)),
        );
        return await this.#change(checked);
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
    return this.#inTurn(() => this.#observedReload());
  }

  // A shard that takes another's place must not come between the shards' halves of a change.
  #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const changing = this.#changing.then(change);
    // A defect in one must not keep the next from happening.
    this.#changing = changing.catch(() => {});
    return changing;
  }

  async #observedReload(): Promise<ReloadResult> {
    const { reloads } = this.#parts;
    let isTaken = false;
    reloads?.reloadBegan();
    try {
      const result = await this.#reloadNow();
      isTaken = result.ok;
      return result;
    } finally {
      reloads?.reloadEnded(isTaken);
    }
  }

  async #reloadNow(): Promise<ReloadResult> {
    const { source, log } = this.#parts;
    if (!source.isFile)
      return { ok: false, problems: [`${source.name} can't be read again: nothing to reload`] };
    const result = await this.#change(this.check());
    if (result.ok) {
      this.#configHealth.set("healthy", "the configuration is in use");
      log.info("configuration reloaded", { file: source.name });
    } else {
      this.#configHealth.set(
        "unhealthy",
        `the configuration on disk was refused: ${result.problems.join("; ")}`,
      );
      log.error("configuration refused, the one in use stays", { problems: result.problems });
    }
    return result;
  }

  async #change(loaded: CheckResult): Promise<ReloadResult> {
    if (!loaded.ok) return loaded;
    try {
      await this.#shards.change(loaded.components);
      this.#components = loaded.components;
      this.#shown = shownComponents(loaded.components, this.#parts.definitions);
      this.#loadedAtMs = this.#parts.clock.wall();
      return { ok: true };
    } catch (thrown) {
      if (!(thrown instanceof CodedError)) throw thrown;
      return { ok: false, problems: [thrown.message], code: thrown.code };
    }
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
    const health = await this.#shards.health();
    return this.#shown.map((component): ComponentInfo => {
      const { address, health: current } = health.get(component.id) ?? {
        address: undefined,
        health: unknownHealth,
      };
      const { state, message, sinceMs } = current;
      const { type, label } = component;
      return {
        name: type,
        type: "block",
        localID: component.id,
        moduleID: "",
        label,
        referencesTo: component.forwardTo,
        referencedBy: this.#shown.filter((one) => one.forwardTo.includes(component.id)).map(({ id }) => id),
        health: { state, message, updatedTime: new Date(sinceMs).toISOString() },
        arguments: component.arguments,
        ...(address === undefined ? {} : { address }),
      };
    });
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
    return configOf(this.#shown);
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
    return { id: "configuration", health: this.#configHealth.current };
  }
}

const unknownHealth: Health = { state: "unhealthy", message: "the component does not run", sinceMs: 0 };
