import { type LabelSet, sortedLabels } from "../profile/label_set.ts";

/**
 * Labels while rules work on them. They come in Prometheus' order, the old ones by name, then the new ones as
 * they were set: where labelmap copies several labels to one name, the last one counts.
 */
export class LabelBuilder {
  readonly #original: LabelSet;
  readonly #old: Map<string, string>;
  readonly #new = new Map<string, string>();

  constructor(labels: LabelSet) {
    this.#original = labels;
    this.#old = new Map(sortedLabels(labels));
  }

  /** The label's value; empty where there is none. */
  get(name: string): string {
    return this.#new.get(name) ?? this.#old.get(name) ?? "";
  }

  /** Sets a label; an empty value removes it. */
  set(name: string, value: string): void {
    this.#old.delete(name);
    if (value === "") this.#new.delete(name);
    else this.#new.set(name, value);
  }

  /** Removes a label. */
  delete(name: string): void {
    this.#old.delete(name);
    this.#new.delete(name);
  }

  /** The labels as they are now; later changes do not show. */
  entries(): readonly (readonly [name: string, value: string])[] {
    return [...this.#old, ...this.#new];
  }

  /** What has become of the labels; the very same ones where nothing has changed. */
  build(): LabelSet {
    const labels = new Map(this.entries());
    if (labels.size !== this.#original.size) return labels;
    for (const [name, value] of labels) {
      if (this.#original.get(name) !== value) return labels;
    }
    return this.#original;
  }
}
