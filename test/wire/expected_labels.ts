import { compareNames } from "./push_message.ts";

/** Labels by name. */
export type Labels = ReadonlyMap<string, string>;

/** What /ingest's `name` parameter becomes on its way through a pyroduct that is told to change nothing. */
export function expectedName(name: string): string {
  const [app = "", braces = ""] = name.split(/[{}]/);
  const pairs = braces.split(",").map((pair): [string, string] => {
    const [label = "", ...value] = pair.split("=");
    return [label.trim(), value.join("=").trim()];
  });
  // The last of duplicates counts, and then empty ones vanish.
  const labels = [...new Map(pairs)].filter(([, value]) => value !== "");
  const complete = withServiceName(new Map(labels), app.trim());
  const inside = [...complete].toSorted(compareNames).map((pair) => pair.join("="));
  return `${complete.get("service_name")}{${inside.join(",")}}`;
}

/** What the labels of a Push series become on their way through a pyroduct that is told to change nothing. */
export function expectedSeriesLabels(labels: Labels): (readonly [string, string])[] {
  const complete = withServiceName(labels, labels.get("__name__") ?? "");
  const isKept = (name: string) => !name.startsWith("__") || name === "__name__" || name === "__delta__";
  return [...complete].filter(([name]) => isKept(name)).toSorted(compareNames);
}

function withServiceName(labels: Labels, name: string): Labels {
  if (labels.has("service_name")) return new Map([...labels, ["app_name", name]]);
  return new Map([...labels, ["service_name", name]]);
}
