import { Lru } from "../base/lru.ts";
import { clientAddressLabel, type LabelSet } from "../profile/label_set.ts";
import { LabelBuilder } from "./label_builder.ts";
import type { Rule } from "./rule.ts";

/** What the rules make of a label set. */
export type Relabeled =
  | { readonly type: "labels"; readonly labels: LabelSet }
  /** A rule drops it, or no label is left. */
  | { readonly type: "dropped" };

/** Told of what happens to label sets. */
export interface RelabelObserver {
  /** The cache was asked for one. */
  lookedUp(isHit: boolean): void;
  /** The rules drop such label sets from now on; not told again while that is remembered. */
  ruledOut(labels: LabelSet): void;
}

/**
 * Larger label sets, in characters with quotes and commas, are relabelled each time: they are rare, and ten
 * thousand of any size that a sender likes would fill the memory.
 */
const longestKey = 8192;

const dropped: Relabeled = { type: "dropped" };

/** Applies rules to label sets, and remembers what came of the latest ones. */
export class Relabeler {
  /** Whether it can make a difference where a profile came from. */
  readonly seesClientAddress: boolean;
  readonly #rules: readonly Rule[];
  readonly #observer: RelabelObserver;
  #cache: Lru<string, Relabeled>;
  /** What is in the cache for label sets that come again as the same object, which saves spelling out their key. */
  #bySet = new WeakMap<LabelSet, Relabeled>();

  constructor(rules: readonly Rule[], maxCacheSize: number, observer: RelabelObserver) {
    this.#rules = rules;
    this.#observer = observer;
    this.#cache = new Lru(maxCacheSize);
    this.seesClientAddress = rules.some((rule) => rule.reads(clientAddressLabel));
  }

  /** How many label sets are remembered. */
  get cacheSize(): number {
    return this.#cache.size;
  }

  /** Begins anew with a cache of another size. */
  resizeCache(maxCacheSize: number): void {
    this.#cache = new Lru(maxCacheSize);
    this.#bySet = new WeakMap();
  }

  /**
   * Applies the rules. Labels that they do not change come back as they are. A label set without labels passes,
   * as in Alloy: it is not the rules that took them.
   *
   * @param clientAddress where the profile came from; has no effect unless `seesClientAddress`.
   */
  relabel(labels: LabelSet, clientAddress: string | undefined): Relabeled {
    if (labels.size === 0) return { type: "labels", labels };
    const address = this.seesClientAddress ? clientAddress : undefined;
    const seen = address === undefined ? this.#bySet.get(labels) : undefined;
    if (seen !== undefined) {
      this.#observer.lookedUp(true);
      return seen;
    }
    const key = cacheKey(labels, address);
    const known = this.#cache.get(key);
    this.#observer.lookedUp(known !== undefined);
    if (known !== undefined) {
      if (address === undefined) this.#bySet.set(labels, known);
      return known;
    }
    const relabeled = this.#apply(labels, address);
    if (relabeled.type === "dropped") this.#observer.ruledOut(labels);
    if (key.length <= longestKey) this.#cache.set(key, relabeled);
    return relabeled;
  }

  /**
   * Finds the rule that drops a label set, by applying the rules once more.
   *
   * @returns its index and the labels that it looked at; undefined where no rule drops it by itself.
   */
  explain(
    labels: LabelSet,
    clientAddress: string | undefined,
  ): { readonly index: number; readonly labels: LabelSet } | undefined {
    const builder = new LabelBuilder(labels);
    builder.set(clientAddressLabel, (this.seesClientAddress ? clientAddress : undefined) ?? "");
    for (const [index, rule] of this.#rules.entries()) {
      const before = builder.build();
      if (!rule.apply(builder)) return { index, labels: before };
    }
    return undefined;
  }

  #apply(labels: LabelSet, address: string | undefined): Relabeled {
    const builder = new LabelBuilder(labels);
    // A sender must not be able to say that it is another one.
    builder.set(clientAddressLabel, address ?? "");
    for (const rule of this.#rules) {
      if (!rule.apply(builder)) return dropped;
    }
    builder.delete(clientAddressLabel);
    const relabeled = builder.build();
    return relabeled.size === 0 ? dropped : { type: "labels", labels: relabeled };
  }
}

/**
 * A string that two label sets share exactly when they hold the same labels in the same order. A value may
 * hold any character, so a separator must be quoted in it: else a sender could forge another's key.
 */
function cacheKey(labels: LabelSet, address: string | undefined): string {
  const parts: string[] = [];
  for (const [name, value] of labels) parts.push(name, value);
  if (address !== undefined) parts.push(address);
  return JSON.stringify(parts);
}
