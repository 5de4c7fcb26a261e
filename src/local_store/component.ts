import { join } from "node:path";
import type { Timer } from "../base/clock.ts";
import { CodedError, messageOf } from "../base/failure.ts";
import { shareOf } from "../base/share.ts";
import type { Component, ComponentContext, StoredProfiles } from "../component/definition.ts";
import { type Health, HealthRecord } from "../component/health.ts";
import { withoutClientAddress } from "../profile/client_address.ts";
import { delivered, type Outcome } from "../profile/failure_report.ts";
import type { Profile } from "../profile/profile.ts";
import type { DeliveryWatch } from "../profile/profile_watch.ts";
import type { DeliveryPlan, Receiver } from "../profile/receiver.ts";
import { profileProblem } from "../profile/validate_labels.ts";
import { RepeatedLog } from "../telemetry/repeated_log.ts";
import { AdoptedDatabases, databaseFile } from "./adopted_databases.ts";
import { LocalStoreMetrics } from "./metrics.ts";
import { ProfileDatabase, type StoreLimits } from "./profile_database.ts";
import type { LocalStoreArguments } from "./schema.ts";
import { recordsOf, type StoredRecord } from "./stored_record.ts";

/** Profiles that come within this time share one transaction. */
const gatherMs = 5;

/** Profiles that are too old go at the latest after this, even where none come. */
const expireEveryMs = 60_000;

interface Waiting {
  readonly records: readonly StoredRecord[];
  readonly settle: (outcome: Outcome) => void;
}

/** Keeps every profile that it receives in a database of its own, within bounds. */
export class LocalStoreComponent implements Component<LocalStoreArguments>, Receiver {
  readonly #context: ComponentContext;
  readonly #metrics: LocalStoreMetrics;
  readonly #repeated: RepeatedLog;
  readonly #health: HealthRecord;
  #args: LocalStoreArguments;
  #database: ProfileDatabase | undefined;
  #adopted: AdoptedDatabases | undefined;
  #waiting: Waiting[] = [];
  #gathering: Timer | undefined;
  #expiring: Timer | undefined;

  constructor(args: LocalStoreArguments, context: ComponentContext) {
    this.#args = args;
    this.#context = context;
    this.#metrics = new LocalStoreMetrics(context.metrics, {
      bytes: () => this.#bytes,
      count: () => (this.#database?.count ?? 0) + (this.#adopted?.count ?? 0),
    });
    this.#repeated = new RepeatedLog(context.log, context.clock);
    this.#health = new HealthRecord(context.clock.wall, "storing profiles");
  }

  connect(): Receiver {
    return this;
  }

  async start(): Promise<void> {
    this.#adopted = new AdoptedDatabases(this.#context.adoptedPaths, () => this.#args.max_age);
    try {
      this.#database = new ProfileDatabase(this.#path, this.#limits);
    } catch (thrown) {
      this.#adopted.close();
      throw thrown;
    }
    this.#expire();
    this.#expireLater();
  }

  update(args: LocalStoreArguments): () => void {
    return () => {
      this.#args = args;
      if (this.#database !== undefined) this.#database.limits = this.#limits;
    };
  }

  async stop(): Promise<void> {
    this.#expiring?.cancel();
    this.#flush();
    this.#database?.close();
    this.#database = undefined;
    this.#adopted?.close();
    this.#adopted = undefined;
  }

  health(): Health {
    return this.#health.current;
  }

  get #path(): string {
    return join(this.#context.storagePath, databaseFile);
  }

  readonly profiles: StoredProfiles = {
    get: (id) => {
      const found = this.#database?.get(id) ?? this.#adopted?.get(id);
      return found && { body: found.body, profile: { ...found.profile, component_id: this.#context.id } };
    },
    activity: () => this.#database?.activity() ?? [],
    paths: () => [this.#path, ...(this.#adopted?.paths ?? [])],
  };

  plan(profile: Profile, plan: DeliveryPlan): void {
    const stored = withoutClientAddress(profile);
    const problem = profileProblem(stored);
    if (problem !== undefined) plan.reject(problem);
    else {
      const watch = plan.watch?.sending(this.#context.id, profile);
      if (watch === undefined) plan.add({ send: () => this.#store(recordsOf(stored)), releasesBytes: true });
      else plan.add({ send: () => this.#storeWatched(recordsOf(stored), watch), releasesBytes: true });
    }
  }

  async #storeWatched(records: readonly StoredRecord[], watch: DeliveryWatch): Promise<Outcome> {
    watch.began(undefined);
    const outcome = await this.#store(records);
    const [failure] = outcome;
    watch.settled(undefined, { outcome: failure === undefined ? "stored" : "failed", attempts: 1, failure });
    return outcome;
  }

  #store(records: readonly StoredRecord[]): Promise<Outcome> {
    if (records.length === 0) return Promise.resolve(delivered);
    return new Promise((settle) => {
      this.#waiting.push({ records, settle });
      this.#gathering ??= this.#context.clock.schedule(gatherMs, () => this.#flush());
    });
  }

  #flush(): void {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    const outcome = this.#write(waiting.flatMap(({ records }) => records));
    for (const { settle } of waiting) settle(outcome);
  }

  #write(records: readonly StoredRecord[]): Outcome {
    try {
      if (this.#database === undefined) throw new CodedError("unavailable", "the store has been closed");
      const nowMs = this.#context.clock.wall();
      this.#metrics.removed(this.#database.add(records, nowMs));
      if (this.#bytes > this.#limits.maxBytes) this.#shrinkAdopted(nowMs);
      this.#metrics.stored(records.length);
      if (this.#health.set("healthy", "storing profiles"))
        this.#context.log.info("profiles can be stored again");
      return delivered;
    } catch (thrown) {
      const text = messageOf(thrown);
      this.#health.set("unhealthy", text);
      this.#repeated.warn(text, "profiles were not stored", { reason: text });
      return [
        { destination: this.#context.id, attempts: 1, cause: { type: "local", code: "unavailable", text } },
      ];
    }
  }

  #expireLater(): void {
    this.#expiring = this.#context.clock.schedule(expireEveryMs, () => {
      this.#expire();
      this.#expireLater();
    });
  }

  #expire(): void {
    try {
      const nowMs = this.#context.clock.wall();
      this.#metrics.removed(this.#database?.expire(nowMs) ?? 0);
      this.#shrinkAdopted(nowMs);
    } catch (thrown) {
      this.#repeated.warn("expire", "old profiles were not removed", { reason: messageOf(thrown) });
    }
  }

  // What shards that are gone have left is the oldest that there is, so it goes before anything of this one's.
  #shrinkAdopted(nowMs: number): void {
    const own = this.#database?.bytes ?? 0;
    this.#metrics.removed(this.#adopted?.shrink(this.#limits.maxBytes - own, nowMs) ?? 0);
  }

  get #bytes(): number {
    return (this.#database?.bytes ?? 0) + (this.#adopted?.bytes ?? 0);
  }

  get #limits(): StoreLimits {
    const { max_bytes, max_age } = this.#args;
    return { maxBytes: shareOf(max_bytes, this.#context.share), maxAgeMs: max_age };
  }
}
