import type { KnownMetric } from "./metric_catalogue.ts";

/** What narrows all queries of one kind of page. */
export interface QueryScope {
  /** Label matchers that every selector has, such as `job=~"$job"`; none where it is empty. */
  readonly matchers: string;
  /** The range that rates are taken over, such as `5m`. */
  readonly range: string;
}

/** A metric to select, with further matchers such as `reason="auth"`. */
export type Selection = string | readonly [name: string, matchers: string];

/**
 * Writes queries in PromQL over metrics that exist.
 *
 * Each method throws where the name is of no metric, or of one of another type.
 */
export class Queries {
  readonly #catalogue: ReadonlyMap<string, KnownMetric>;
  readonly #scope: QueryScope;

  constructor(catalogue: ReadonlyMap<string, KnownMetric>, scope: QueryScope) {
    this.#catalogue = catalogue;
    this.#scope = scope;
  }

  /** What a metric means, in one line. */
  help(name: string): string {
    return this.#metric(name).help;
  }

  /** A gauge, or what a counter stands at. */
  value(selection: Selection): string {
    const [name, matchers] = split(selection);
    if (this.#metric(name).type === "histogram") throw new Error(`${name} has no one value`);
    return this.#select(name, matchers);
  }

  /** A counter's rate by the second, or that of a histogram's observations, summed up by these labels. */
  rate(selection: Selection, by: readonly string[] = []): string {
    const [name, matchers] = split(selection);
    const { type } = this.#metric(name);
    if (type === "gauge") throw new Error(`${name} is a gauge and has no rate`);
    return sum(
      `rate(${this.#select(type === "histogram" ? `${name}_count` : name, matchers)}[${this.#scope.range}])`,
      by,
    );
  }

  /** The rate of what a histogram adds up, such as bytes a second. */
  sumRate(selection: Selection, by: readonly string[] = []): string {
    const [name, matchers] = this.#histogram(selection);
    return sum(`rate(${this.#select(`${name}_sum`, matchers)}[${this.#scope.range}])`, by);
  }

  /** A quantile of a histogram, from 0 to 1, for each combination of these labels. */
  quantile(quantile: number, selection: Selection, by: readonly string[] = []): string {
    const [name, matchers] = this.#histogram(selection);
    const buckets = `rate(${this.#select(`${name}_bucket`, matchers)}[${this.#scope.range}])`;
    return `histogram_quantile(${quantile}, ${sum(buckets, ["le", ...by])})`;
  }

  #histogram(selection: Selection): readonly [string, string] {
    const [name, matchers] = split(selection);
    if (this.#metric(name).type !== "histogram") throw new Error(`${name} is no histogram`);
    return [name, matchers];
  }

  #select(name: string, matchers: string): string {
    const all = [this.#scope.matchers, matchers].filter((some) => some !== "").join(", ");
    return all === "" ? name : `${name}{${all}}`;
  }

  #metric(name: string): KnownMetric {
    const metric = this.#catalogue.get(name);
    if (metric === undefined) throw new Error(`no metric is called ${name}`);
    return metric;
  }
}

/** Adds up what has equal values of these labels. */
export function sum(query: string, by: readonly string[] = []): string {
  return by.length === 0 ? `sum(${query})` : `sum by (${by.join(", ")}) (${query})`;
}

function split(selection: Selection): readonly [string, string] {
  return typeof selection === "string" ? [selection, ""] : selection;
}
