/** A label name and its value. */
export type Label = readonly [name: string, value: string];

function sortLabels(labels: Iterable<Label>): Label[] {
  return [...labels].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The last of duplicates wins, then empty values vanish. */
function labelMap(labels: readonly Label[]): Map<string, string> {
  return new Map([...new Map(labels)].filter(([, value]) => value !== ""));
}

function parseName(name: string): { app: string; labels: Label[] } {
  const match = /^([^{},=]+)(?:\{(.*)\})?$/s.exec(name);
  if (match === null) throw new Error(`no application name with labels: ${JSON.stringify(name)}`);
  const [, app = "", list = ""] = match;
  const pairs = list.split(",").filter((pair) => pair !== "");
  const labels = pairs.map((pair): Label => {
    const equals = pair.indexOf("=");
    if (equals < 1) throw new Error(`no label: ${JSON.stringify(pair)} in ${JSON.stringify(name)}`);
    return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
  });
  return { app: app.trim(), labels };
}

/**
 * The `name` that an /ingest request with this `name` must have at a destination. It covers what SDKs write
 * and throws at anything else, so that a new form of theirs does not pass unseen.
 */
export function expectedIngestName(name: string): string {
  const { app, labels } = parseName(name);
  const map = labelMap(labels);
  if (map.has("service_name")) map.set("app_name", app);
  else map.set("service_name", app);
  const service = map.get("service_name") ?? "";
  map.delete("__name__");
  return `${service}{${sortLabels(map)
    .map(([key, value]) => `${key}=${value}`)
    .join(",")}}`;
}

/** The labels, sorted, that a series pushed with these labels must have at a destination. */
export function expectedSeriesLabels(labels: readonly Label[]): Label[] {
  const map = labelMap(labels);
  const name = map.get("__name__") ?? "";
  if (!map.has("service_name")) map.set("service_name", name);
  else if (name === "") map.delete("app_name");
  else map.set("app_name", name);
  const kept = [...map].filter(([key]) => !key.startsWith("__") || key === "__name__" || key === "__delta__");
  return sortLabels(kept);
}

/** The labels of a series as they came to a destination, sorted, duplicates and all. */
export function deliveredSeriesLabels(labels: readonly Label[]): Label[] {
  return sortLabels(labels);
}
