import type { Component, ComponentContext } from "../component/definition.ts";
import { type Health, HealthRecord } from "../component/health.ts";
import { describeLabels, type LabelSet } from "../profile/label_set.ts";
import {
  type IngestProfile,
  type Profile,
  type PushProfile,
  type Series,
  sizeOf,
} from "../profile/profile.ts";
import type { DropReason, ProfilePart } from "../profile/profile_watch.ts";
import { type DeliveryPlan, fanOut, type Receiver } from "../profile/receiver.ts";
import { dropReason } from "./drop_reason.ts";
import { RelabelMetrics } from "./metrics.ts";
import { Relabeler } from "./relabeler.ts";
import { buildRule } from "./rule.ts";
import type { RelabelArguments } from "./schema.ts";

/** Rewrites the labels of every profile, and drops those that the rules do not want. */
export class RelabelComponent implements Component<RelabelArguments> {
  readonly #id: string;
  readonly #metrics: RelabelMetrics;
  readonly #relabeler: Relabeler;
  readonly #health: HealthRecord;
  #args: RelabelArguments;

  constructor(args: RelabelArguments, context: ComponentContext) {
    this.#id = context.id;
    this.#args = args;
    this.#metrics = new RelabelMetrics(context.metrics, () => this.#relabeler.cacheSize);
    this.#relabeler = new Relabeler(args.rule.map(buildRule), args.max_cache_size, {
      lookedUp: (isHit) => this.#metrics.lookedUp(isHit),
      ruledOut: (labels) => context.log.debug("the rules drop a profile", { labels: describeLabels(labels) }),
    });
    this.#health = new HealthRecord(context.clock.wall, "relabelling profiles");
  }

  connect(children: readonly Receiver[]): Receiver {
    const next = fanOut(children);
    return { plan: (profile, plan) => this.#plan(profile, plan, next), debugInfo: next.debugInfo };
  }

  async start(): Promise<void> {}

  /** New rules need a new component, so that a request sees the old rules or the new ones, all the way. */
  update(args: RelabelArguments): (() => void) | undefined {
    if (!Bun.deepEquals(args.rule, this.#args.rule, true)) return undefined;
    return () => {
      if (args.max_cache_size !== this.#args.max_cache_size) this.#relabeler.resizeCache(args.max_cache_size);
      this.#args = args;
    };
  }

  async stop(): Promise<void> {}

  health(): Health {
    return this.#health.current;
  }

  #plan(profile: Profile, plan: DeliveryPlan, next: Receiver): void {
    const address = this.#relabeler.seesClientAddress ? plan.request.clientAddress() : undefined;
    const relabeled = this.#relabel(profile, address, plan);
    if (relabeled === undefined) return;
    const entries = relabeled.kind === "push" ? sizeOf(relabeled).samples : 0;
    plan.branch(
      (seconds, isDelivered) => this.#metrics.forwarded(seconds, isDelivered ? entries : 0),
      () => next.plan(relabeled, plan),
    );
  }

  /** @returns undefined where nothing is left to pass on. */
  #relabel(profile: Profile, address: string | undefined, plan: DeliveryPlan): Profile | undefined {
    return profile.kind === "ingest"
      ? this.#relabelIngest(profile, address, plan)
      : this.#relabelPush(profile, address, plan);
  }

  #relabelIngest(
    profile: IngestProfile,
    address: string | undefined,
    plan: DeliveryPlan,
  ): IngestProfile | undefined {
    const labels = this.#relabelLabels(profile.labels, address);
    if (labels === undefined) {
      if (plan.watch !== undefined) this.#explainDrop(profile.body, profile.labels, address, plan);
      this.#metrics.relabeled(0, 1);
      return undefined;
    }
    this.#metrics.relabeled(1, 0);
    return labels === profile.labels ? profile : { ...profile, labels };
  }

  #relabelPush(
    profile: PushProfile,
    address: string | undefined,
    plan: DeliveryPlan,
  ): PushProfile | undefined {
    const series: Series[] = [];
    let isUnchanged = true;
    for (const one of profile.series) {
      const labels = this.#relabelLabels(one.labels, address);
      isUnchanged &&= labels === one.labels;
      if (labels !== undefined) series.push(labels === one.labels ? one : { ...one, labels });
      else if (plan.watch !== undefined) this.#explainDrop(one.samples, one.labels, address, plan);
    }
    this.#metrics.relabeled(series.length, profile.series.length - series.length);
    if (series.length === 0) return undefined;
    return isUnchanged ? profile : { ...profile, series };
  }

  /** Tells whoever looks which rule it was; only then is it looked for. */
  #explainDrop(part: ProfilePart, labels: LabelSet, address: string | undefined, plan: DeliveryPlan): void {
    const found = this.#relabeler.explain(labels, address);
    const reason: DropReason = dropReason(this.#args.rule, found);
    plan.watch?.dropped(this.#id, part, reason);
  }

  #relabelLabels(labels: LabelSet, address: string | undefined): LabelSet | undefined {
    const relabeled = this.#relabeler.relabel(labels, address);
    return relabeled.type === "dropped" ? undefined : relabeled.labels;
  }
}
