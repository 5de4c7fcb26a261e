import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { formatBound, type MetricFamily } from "./metric_family.ts";

/** Buckets in seconds that Prometheus' client libraries default to; Alloy's writer uses them. */
export const defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The metrics of one component: they come with it and go with it. A component that is built anew goes on
 * counting where the one before it was, so asking for a known counter or histogram yields that one.
 */
export class MetricScope {
  readonly #registry = new Registry();
  readonly #constant: Readonly<Record<string, string>>;

  /** @param constant labels that every sample carries, such as `component_id`. */
  constructor(constant: Readonly<Record<string, string>>) {
    this.#constant = constant;
  }

  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    const known = this.#registry.getSingleMetric(name);
    if (known !== undefined) return known as unknown as Counter<Label>;
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  /** @param collect called before each scrape, to set the gauge. */
  gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    collect?: (gauge: Gauge<Label>) => void,
  ): Gauge<Label> {
    // What a gauge shows is read from the component that lives, so the newest replaces what was there.
    this.#registry.removeSingleMetric(name);
    const gauge: Gauge<Label> = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      ...(collect === undefined ? {} : { collect: () => collect(gauge) }),
    });
    return gauge;
  }

  histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: readonly number[],
  ): Histogram<Label> {
    const known = this.#registry.getSingleMetric(name);
    if (known !== undefined) return known as unknown as Histogram<Label>;
    return new Histogram({ name, help, labelNames, buckets: [...buckets], registers: [this.#registry] });
  }

  /** Everything as it stands now. */
  async families(): Promise<MetricFamily[]> {
    const metrics = await this.#registry.getMetricsAsJSON();
    return metrics.map(({ name, help, type, values }) => ({
      name,
      help,
      type: String(type),
      samples: values.map((value) => ({
        name: "metricName" in value && typeof value.metricName === "string" ? value.metricName : name,
        labels: { ...this.#constant, ...formatLabels(value.labels) },
        value: value.value,
      })),
    }));
  }
}

function formatLabels(labels: Readonly<Partial<Record<string, string | number>>>): Record<string, string> {
  const formatted: Record<string, string> = {};
  for (const [name, value] of Object.entries(labels)) {
    if (value !== undefined) formatted[name] = typeof value === "number" ? formatBound(value) : value;
  }
  return formatted;
}
