import { Counter, Gauge, Histogram } from "./metric.ts";
import { type Aggregation, formatBound, type MetricFamily } from "./metric_family.ts";

/** Buckets in seconds that Prometheus' client libraries default to; Alloy's writer uses them. */
export const defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type AnyMetric = Counter<string> | Gauge<string> | Histogram<string>;

interface Registered {
  readonly metric: AnyMetric;
  readonly aggregation: Aggregation;
  /** Called before each scrape. */
  readonly collect: () => void;
}

/**
 * The metrics of one component: they come with it and go with it. A component that is built anew goes on
 * counting where the one before it was, so asking for a known counter or histogram yields that one.
 */
export class MetricScope {
  readonly #registered = new Map<string, Registered>();
  readonly #constant: Readonly<Record<string, string>>;

  /** @param constant labels that every sample carries, such as `component_id`. */
  constructor(constant: Readonly<Record<string, string>>) {
    this.#constant = constant;
  }

  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    const known = this.#registered.get(name)?.metric;
    if (known instanceof Counter) return known;
    return this.#register(new Counter(name, help, labelNames));
  }

  /**
   * @param collect called before each scrape, to set the gauge; what was set before is forgotten then.
   * @param aggregation what the gauges of several shards are together.
   */
  gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    collect?: (gauge: Gauge<Label>) => void,
    aggregation: Aggregation = "sum",
  ): Gauge<Label> {
    // What a gauge shows is read from the component that lives, so the newest replaces what was there.
    const gauge = new Gauge(name, help, labelNames);
    const reset = () => {
      if (collect === undefined) return;
      gauge.reset();
      collect(gauge);
    };
    return this.#register(gauge, reset, aggregation);
  }

  histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: readonly number[],
  ): Histogram<Label> {
    const known = this.#registered.get(name)?.metric;
    if (known instanceof Histogram) return known;
    return this.#register(new Histogram(name, help, labelNames, buckets, formatBound));
  }

  /** Everything as it stands now. */
  async families(): Promise<MetricFamily[]> {
    return [...this.#registered.values()].map((registered) => this.#family(registered));
  }

  /** Those of these metrics that there are, as they stand now; the others cost nothing. */
  read(names: readonly string[]): MetricFamily[] {
    return names.flatMap((name) => {
      const registered = this.#registered.get(name);
      return registered === undefined ? [] : this.#family(registered);
    });
  }

  #family({ metric, collect, aggregation }: Registered): MetricFamily {
    collect();
    const { name, help, type } = metric;
    const samples = metric
      .samples()
      .map((sample) => ({ ...sample, labels: { ...this.#constant, ...sample.labels } }));
    return { name, help, type, aggregation, samples };
  }

  #register<Kind extends AnyMetric>(
    metric: Kind,
    collect = () => {},
    aggregation: Aggregation = "sum",
  ): Kind {
    this.#registered.set(metric.name, { metric, collect, aggregation });
    return metric;
  }
}
