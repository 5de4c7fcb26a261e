import type { Clock } from "../base/clock.ts";
import { CodedError, type FailureCode } from "../base/failure.ts";
import type { ComponentDefinition } from "../component/definition.ts";
import { type Health, HealthRecord } from "../component/health.ts";
import type { ComponentConfig } from "../config/load_config.ts";
import type { LocatedProblem } from "../config/problem.ts";
import type { Logger } from "../telemetry/log.ts";
import { type CheckResult, checkConfig, type ShownComponent, shownComponents } from "./config_check.ts";
import { type ConfigComparison, compareConfigs } from "./config_comparison.ts";
import type { ConfigSource } from "./config_source.ts";

/** Who wants to know of reloads. */
export interface ReloadObserver {
  reloadBegan(): void;
  /** @param isTaken false where the configuration in use stays. */
  reloadEnded(isTaken: boolean): void;
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

/** What a configuration is read and used with. */
export interface ConfigInUseParts {
  readonly source: ConfigSource;
  readonly definitions: readonly ComponentDefinition[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of each reload, whoever asked for it. */
  readonly reloads?: ReloadObserver | undefined;
  /** Changes everything to these components, or nothing; throws a CodedError then. */
  readonly apply: (components: readonly ComponentConfig[]) => Promise<void>;
}

/** The configuration in use, and its changes, which come one at a time. */
export class ConfigInUse {
  readonly #parts: ConfigInUseParts;
  readonly #health: HealthRecord;
  #components: readonly ComponentConfig[] = [];
  #shown: readonly ShownComponent[] = [];
  #loadedAtMs = 0;
  #changing: Promise<unknown> = Promise.resolve();

  constructor(parts: ConfigInUseParts) {
    this.#parts = parts;
    this.#health = new HealthRecord(parts.clock.wall, "the configuration is in use");
  }

  /** What it consists of. */
  get components(): readonly ComponentConfig[] {
    return this.#components;
  }

  /** The same with secrets masked. */
  get shown(): readonly ShownComponent[] {
    return this.#shown;
  }

  /** Since when it is in use, in milliseconds since the Unix epoch. */
  get loadedAtMs(): number {
    return this.#loadedAtMs;
  }

  /** Unhealthy where the last reload was refused. */
  get health(): Health {
    return this.#health.current;
  }

  /** Looks for problems without starting anything: in `text`, or else in the source as it stands now. */
  check(text?: string): CheckResult {
    return checkConfig(this.#parts, text);
  }

  /** What leads from it to what is in the source, secrets masked. */
  compare(): ConfigComparison {
    return compareConfigs(this.#components, this.check(), this.#parts.definitions);
  }

  /** Runs a change once those before it have ended; so must everything that calls `change`. */
  inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const changing = this.#changing.then(change);
    // A defect in one must not keep the next from happening.
    this.#changing = changing.catch(() => {});
    return changing;
  }

  /** Changes to what was found by `check`. */
  async change(loaded: CheckResult): Promise<ReloadResult> {
    if (!loaded.ok) return loaded;
    const { apply, definitions, clock } = this.#parts;
    try {
      await apply(loaded.components);
      this.#components = loaded.components;
      this.#shown = shownComponents(loaded.components, definitions);
      this.#loadedAtMs = clock.wall();
      return { ok: true };
    } catch (thrown) {
      if (!(thrown instanceof CodedError)) throw thrown;
      return { ok: false, problems: [thrown.message], code: thrown.code };
    }
  }

  /** Changes to the configuration as it stands in its source now. */
  reload(): Promise<ReloadResult> {
    return this.inTurn(() => this.#observedReload());
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
    const result = await this.change(this.check());
    if (result.ok) {
      this.#health.set("healthy", "the configuration is in use");
      log.info("configuration reloaded", { file: source.name });
    } else {
      this.#health.set("unhealthy", `the configuration on disk was refused: ${result.problems.join("; ")}`);
      log.error("configuration refused, the one in use stays", { problems: result.problems });
    }
    return result;
  }
}
