/** Labels of one profile: each name once, no empty values. Never changed in place. */
export type LabelSet = ReadonlyMap<string, string>;

/** The label that holds the kind of a profile (`process_cpu`) or, from /ingest, the app's name. */
export const nameLabel = "__name__";

/** The label that Pyroscope groups profiles by. */
export const serviceNameLabel = "service_name";

/** Where the sender's name goes when it also sent a service name. */
export const appNameLabel = "app_name";

/** The one reserved label besides `__name__` that Pyroscope's Push API reads. */
export const deltaLabel = "__delta__";

/** The sender's address; visible to relabelling and enriching, never sent. */
export const clientAddressLabel = "__meta_client_address";

/** Labels whose names start so are for internal use. */
export const reservedPrefix = "__";

/**
 * Gathers labels as they came: of equal names the last wins, and then empty values vanish.
 */
export function labelSetOf(pairs: Iterable<readonly [name: string, value: string]>): Map<string, string> {
  const labels = new Map(pairs);
  for (const [name, value] of labels) {
    if (value === "") labels.delete(name);
  }
  return labels;
}

/** The labels in the order of their names, by code unit as Go sorts ASCII names. */
export function sortedLabels(labels: LabelSet): [name: string, value: string][] {
  return [...labels].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
}

/** The labels as Prometheus prints them, for messages: `{a="b", "": "c"}`. */
export function describeLabels(labels: LabelSet): string {
  const parts = sortedLabels(labels).map(([name, value]) => {
    const shown = /^[a-zA-Z0-9_.]+$/.test(name) ? name : JSON.stringify(name);
    return `${shown}=${JSON.stringify(value)}`;
  });
  return `{${parts.join(", ")}}`;
}
