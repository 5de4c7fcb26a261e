/** One line of numbers in Prometheus' text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric with its samples, as exposed. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** All families of a scrape, by name. */
export type Exposition = ReadonlyMap<string, Family>;

const types = ["counter", "gauge", "histogram", "summary", "untyped"];

/**
 * Reads Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format),
 * stricter than a server does: every family has HELP and TYPE, stands in one piece and has no sample twice, and the
 * buckets of a histogram add up.
 */
export function parseExposition(text: string): Exposition {
  const families = new Map<string, Family & { readonly samples: Sample[] }>();
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  let help: { readonly name: string; readonly text: string } | undefined;
  let current: (Family & { readonly samples: Sample[] }) | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment === null) {
      if (current === undefined) throw new Error(`a sample before any TYPE: ${line}`);
      current.samples.push(parseSample(line, current));
      continue;
    }
    const [, kind, name = "", rest = ""] = comment;
    if (kind === "HELP") {
      help = { name, text: rest };
      continue;
    }
    if (help?.name !== name || families.has(name) || !types.includes(rest))
      throw new Error(`misplaced: ${line}`);
    current = { name, type: rest, help: help.text, samples: [] };
    families.set(name, current);
  }
  for (const family of families.values()) checkFamily(family);
  return families;
}

function parseSample(line: string, { name: family, type }: Family): Sample {
  const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
  const [, name = "", labelText = "", valueText = ""] = match ?? [];
  const suffixes = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
  if (match === null || !suffixes.some((suffix) => name === family + suffix)) {
    throw new Error(`no sample of ${family}: ${line}`);
  }
  return { name, labels: parseLabels(labelText, line), value: parseValue(valueText, line) };
}

function parseLabels(text: string, line: string): Readonly<Record<string, string>> {
  const pair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y;
  const labels: Record<string, string> = {};
  while (pair.lastIndex < text.length) {
    const [, name = "", value = ""] = pair.exec(text) ?? [];
    if (name === "" || Object.hasOwn(labels, name)) throw new Error(`labels that can't be read: ${line}`);
    labels[name] = value.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
  }
  return labels;
}

function parseValue(text: string, line: string): number {
  const special = new Map([
    ["+Inf", Number.POSITIVE_INFINITY],
    ["-Inf", Number.NEGATIVE_INFINITY],
  ]);
  const value = special.get(text) ?? Number(text);
  if (Number.isNaN(value)) throw new Error(`no number: ${line}`);
  return value;
}

function checkFamily({ name, type, samples }: Family): void {
  const keys = samples.map((sample) => `${sample.name} ${keyOf(sample.labels)}`);
  if (new Set(keys).size !== keys.length) throw new Error(`${name} has a sample twice`);
  if (type !== "gauge" && samples.some(({ value }) => value < 0)) throw new Error(`${name} is below zero`);
  if (type === "histogram") checkHistogram(name, samples);
}

function checkHistogram(name: string, samples: readonly Sample[]): void {
  const series = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => keyOf(labels));
  for (const [labels, of] of series) {
    const buckets = of.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map((bucket) => parseValue(bucket.labels["le"] ?? "NaN", `${name} ${labels}`));
    const counts = buckets.map(({ value }) => value);
    const count = of.find((sample) => sample.name === `${name}_count`)?.value;
    const hasSum = of.some((sample) => sample.name === `${name}_sum`);
    const isWhole = hasSum && bounds.at(-1) === Number.POSITIVE_INFINITY && counts.at(-1) === count;
    if (!isWhole || !isRising(bounds) || !isRising(counts))
      throw new Error(`${name} {${labels}} does not add up`);
  }
}

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number >= (numbers[index - 1] ?? 0));
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** The value of the one sample with that name and those labels among its own; undefined where there is none. */
export function sampleValue(
  exposition: Exposition,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = exposition.get(name) ?? exposition.get(name.replace(/_(?:bucket|sum|count)$/, ""));
  const found = (family?.samples ?? []).filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  if (found.length > 1) throw new Error(`${found.length} samples of ${name} have these labels`);
  return found[0]?.value;
}
