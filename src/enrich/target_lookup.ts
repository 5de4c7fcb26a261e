import { clientAddressLabel, type LabelSet } from "../profile/label_set.ts";
import type { EnrichArguments } from "./schema.ts";

/** The labels of something that profiles come from. A value may be empty. */
export type Target = ReadonlyMap<string, string>;

type LabelPair = readonly [name: string, value: string];

/** Finds what a profile gets from its target. Never changed: new targets make a new one. */
export class TargetLookup {
  readonly #labelsByValue = new Map<string, readonly LabelPair[]>();

  /** @param targets of those with equal values of the label they are found by the last counts. */
  constructor(targets: Iterable<Target>, args: EnrichArguments) {
    for (const target of targets) {
      const value = target.get(args.target_match_label) ?? "";
      if (value !== "") this.#labelsByValue.set(value, labelsToCopy(target, args.labels_to_copy));
    }
  }

  /** How many targets can be found. */
  get size(): number {
    return this.#labelsByValue.size;
  }

  /** Gives a profile the labels of the target that `value` finds; the very same labels where there is none. */
  enrich(labels: LabelSet, value: string): LabelSet {
    const pairs = this.#labelsByValue.get(value);
    if (pairs === undefined || pairs.length === 0) return labels;
    const enriched = new Map(labels);
    for (const [name, given] of pairs) {
      if (given === "") enriched.delete(name);
      else enriched.set(name, given);
    }
    return enriched;
  }
}

// As in Alloy an empty value takes the label away from the profile, unless the label is named. The sender's
// address is no target's to give.
function labelsToCopy(target: Target, names: readonly string[]): readonly LabelPair[] {
  const pairs =
    names.length === 0
      ? [...target]
      : names.map((name): LabelPair => [name, target.get(name) ?? ""]).filter(([, value]) => value !== "");
  return pairs.filter(([name]) => name !== clientAddressLabel);
}
