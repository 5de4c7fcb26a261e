import type { Component, ComponentContext } from "../component/definition.ts";
import { type Health, HealthRecord } from "../component/health.ts";
import { clientAddressLabel, type LabelSet } from "../profile/label_set.ts";
import { type Profile, sizeOf } from "../profile/profile.ts";
import { type DeliveryPlan, fanOut, type Receiver } from "../profile/receiver.ts";
import type { RequestContext } from "../profile/request_context.ts";
import { EnrichMetrics } from "./metrics.ts";
import type { EnrichArguments } from "./schema.ts";
import { TargetLookup } from "./target_lookup.ts";
import { TargetsFile } from "./targets_file.ts";

/** Gives every profile the labels of the target that it comes from. */
export class EnrichComponent implements Component<EnrichArguments> {
  readonly #context: ComponentContext;
  readonly #metrics: EnrichMetrics;
  readonly #health: HealthRecord;
  readonly #matchLabel: string;
  /** Files whose latest content can't be read, and why. */
  readonly #broken = new Map<string, string>();
  #args: EnrichArguments;
  #files: readonly TargetsFile[] = [];
  #lookup: TargetLookup;

  constructor(args: EnrichArguments, context: ComponentContext) {
    this.#args = args;
    this.#context = context;
    this.#metrics = new EnrichMetrics(context);
    this.#matchLabel = args.profiles_match_label ?? args.target_match_label;
    this.#lookup = this.#buildLookup();
    this.#health = new HealthRecord(context.clock.wall, describeSize(this.#lookup));
  }

  connect(children: readonly Receiver[]): Receiver {
    const next = fanOut(children);
    return { plan: (profile, plan) => this.#plan(profile, plan, next), debugInfo: next.debugInfo };
  }

  async start(): Promise<void> {
    this.#files = (this.#args.targets_files ?? []).map((path) => new TargetsFile(path, this.#context.clock));
    for (const file of this.#files) {
      file.start({
        changed: ({ path, targets }) => {
          this.#broken.delete(path);
          this.#metrics.fileRead(path, targets.length);
          this.#refresh();
        },
        broken: ({ path }, problem) => {
          this.#broken.set(path, problem);
          this.#metrics.fileBroken(path, problem);
          this.#refresh();
        },
      });
    }
    this.#refresh();
  }

  /** Takes another wiring only: a request sees the old targets or the new ones, all the way. */
  update(args: EnrichArguments): (() => void) | undefined {
    if (!Bun.deepEquals({ ...args, forward_to: [] }, { ...this.#args, forward_to: [] }, true))
      return undefined;
    return () => {
      this.#args = args;
    };
  }

  async stop(): Promise<void> {
    for (const file of this.#files) file.stop();
  }

  health(): Health {
    return this.#health.current;
  }

  #plan(profile: Profile, plan: DeliveryPlan, next: Receiver): void {
    const enriched = this.#enrich(profile, plan.request);
    const entries = enriched.kind === "push" ? sizeOf(enriched).samples : 0;
    plan.branch(
      (seconds, isDelivered) => this.#metrics.forwarded(seconds, isDelivered ? entries : 0),
      () => next.plan(enriched, plan),
    );
  }

  #enrich(profile: Profile, request: RequestContext): Profile {
    const lookup = this.#lookup;
    const matchValue = this.#matchValueOf(request);
    const enrich = (labels: LabelSet) => lookup.enrich(labels, matchValue(labels));
    if (profile.kind === "ingest") {
      const labels = enrich(profile.labels);
      return labels === profile.labels ? profile : { ...profile, labels };
    }
    const series = profile.series.map((one) => {
      const labels = enrich(one.labels);
      return labels === one.labels ? one : { ...one, labels };
    });
    return { ...profile, series };
  }

  #matchValueOf(request: RequestContext): (labels: LabelSet) => string {
    if (this.#matchLabel !== clientAddressLabel) return (labels) => labels.get(this.#matchLabel) ?? "";
    const address = request.clientAddress() ?? "";
    return () => address;
  }

  #refresh(): void {
    this.#lookup = this.#buildLookup();
    if (this.#broken.size === 0) {
      this.#health.set("healthy", describeSize(this.#lookup));
    } else {
      const reasons = [...this.#broken].map(([path, problem]) => `targets file ${path}: ${problem}`);
      this.#health.set("unhealthy", reasons.join("; "));
    }
  }

  #buildLookup(): TargetLookup {
    const fixed = (this.#args.targets ?? []).map((target) => new Map(Object.entries(target)));
    return new TargetLookup([...fixed, ...this.#files.flatMap((file) => file.targets)], this.#args);
  }
}

function describeSize(lookup: TargetLookup): string {
  return `enriching from ${lookup.size} targets`;
}
