/** One number of a metric family. */
export interface MetricSample {
  /** `x_bucket`, `x_sum` and `x_count` of a histogram; else the family's own name. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * What several shards say of the same thing, taken together: `sum` where they count things or parts of a whole, `max`
 * and `min` where each of them states the same or an extreme.
 */
export const aggregations = ["sum", "max", "min"] as const;

/** One of the aggregations. */
export type Aggregation = (typeof aggregations)[number];

/** A metric with all its samples; plain data, fit to be sent between processes. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** Default `sum`: counters and histograms know no other. */
  readonly aggregation?: Aggregation | undefined;
  readonly samples: readonly MetricSample[];
}

const aggregate: Readonly<Record<Aggregation, (one: number, other: number) => number>> = {
  sum: (one, other) => one + other,
  max: Math.max,
  min: Math.min,
};

/** Puts families of the same name together; samples with equal labels become one, as their family says. */
export function mergeFamilies(families: Iterable<MetricFamily>): MetricFamily[] {
  const merged = new Map<string, { family: MetricFamily; samples: Map<string, MetricSample> }>();
  for (const family of families) {
    let entry = merged.get(family.name);
    if (entry === undefined) {
      entry = { family, samples: new Map() };
      merged.set(family.name, entry);
    }
    const together = aggregate[entry.family.aggregation ?? "sum"];
    for (const sample of family.samples) {
      const key = sampleKey(sample);
      const known = entry.samples.get(key);
      const value = known === undefined ? sample.value : together(known.value, sample.value);
      entry.samples.set(key, { ...sample, value });
    }
  }
  return [...merged.values()].map(({ family, samples }) => ({ ...family, samples: [...samples.values()] }));
}

/** Writes families in Prometheus' text format. */
export function formatFamilies(families: readonly MetricFamily[]): string {
  const sorted = families.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  let text = "";
  for (const { name, help, type, samples } of sorted) {
    text += `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`;
    for (const sample of samples) text += `${sampleKey(sample)} ${formatValue(sample.value)}\n`;
  }
  return text;
}

/**
 * Writes a number as Go's expfmt does, so that `le` labels match those of Alloy's dashboards: the exponent
 * form from a million up (`1.048576e+06`).
 */
export function formatBound(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (Math.abs(value) < 1e6) return String(value);
  const [mantissa = "", exponent = "+0"] = value.toExponential().split("e");
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

function sampleKey(sample: MetricSample): string {
  const labels = Object.entries(sample.labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return labels.length === 0 ? sample.name : `${sample.name}{${labels.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}
