import { type MetricFamily, type MetricSample, mergeFamilies } from "../telemetry/metric_family.ts";

/** The types that only ever rise, so that what was counted must not be forgotten. */
const risingTypes: ReadonlySet<string> = new Set(["counter", "histogram"]);

/**
 * What processes that have ended had counted when they were last looked at. Without it a sum over processes would
 * fall when one of them ends, and Prometheus would take that for a restart and count all the others' again.
 */
export class MetricHistory {
  #ended: readonly MetricFamily[] = [];
  #latest: readonly MetricFamily[] = [];

  /** Takes down what the process that runs says; returns that and all that was counted before it. */
  note(families: readonly MetricFamily[]): MetricFamily[] {
    this.#latest = families;
    this.forgetAllBut(componentsIn(families));
    return mergeFamilies([...families, ...this.#ended]);
  }

  /** The same for some metrics alone, the rest of which has not been looked at. */
  noteSome(families: readonly MetricFamily[], names: readonly string[]): MetricFamily[] {
    this.#latest = [...this.#latest.filter(({ name }) => !names.includes(name)), ...families];
    return this.knownOf(names);
  }

  /** The process has ended. */
  end(): void {
    const counted = this.#latest.filter(({ type }) => risingTypes.has(type));
    this.#ended = mergeFamilies([...this.#ended, ...counted]);
    this.#latest = [];
  }

  /** All that is known while the process can't be asked. */
  get known(): MetricFamily[] {
    return mergeFamilies([...this.#latest, ...this.#ended]);
  }

  /** What is known of some metrics while the process can't be asked. */
  knownOf(names: readonly string[]): MetricFamily[] {
    return mergeFamilies([...this.#latest, ...this.#ended].filter(({ name }) => names.includes(name)));
  }

  /** A component that a reload has taken out is not counted any more, whoever has counted for it. */
  forgetAllBut(components: ReadonlySet<string>): void {
    const isThere = ({ labels: { component_id: id } }: MetricSample) =>
      id === undefined || components.has(id);
    this.#ended = this.#ended.map((family) => ({ ...family, samples: family.samples.filter(isThere) }));
  }
}

function componentsIn(families: readonly MetricFamily[]): ReadonlySet<string> {
  const samples = families.flatMap((family) => family.samples);
  return new Set(samples.flatMap(({ labels }) => labels["component_id"] ?? []));
}
