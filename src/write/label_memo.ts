import type { LabelSet } from "../profile/label_set.ts";

/** What goes out for a label set and a component's external labels. */
type Make<Value> = (labels: LabelSet, externalLabels: ReadonlyMap<string, string>) => Value;

/**
 * Remembers what is made of label sets: the same sets come again and again, each an object that stays the same, so
 * that it is found without a look at its labels. Forgotten with the set.
 */
export class LabelMemo<Value> {
  readonly #make: Make<Value>;
  readonly #known = new WeakMap<ReadonlyMap<string, string>, WeakMap<LabelSet, Value>>();

  /** @param make yields the same for the same labels. */
  constructor(make: Make<Value>) {
    this.#make = make;
  }

  get(labels: LabelSet, externalLabels: ReadonlyMap<string, string>): Value {
    let ofComponent = this.#known.get(externalLabels);
    if (ofComponent === undefined) {
      ofComponent = new WeakMap();
      this.#known.set(externalLabels, ofComponent);
    }
    let value = ofComponent.get(labels);
    if (value === undefined) {
      value = this.#make(labels, externalLabels);
      ofComponent.set(labels, value);
    }
    return value;
  }
}
