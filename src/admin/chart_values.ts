import type { MergedFlow } from "../controller/merged_flow.ts";
import type { MetricFamily } from "../telemetry/metric_family.ts";
import type { ChartedMetric, MetricUnit } from "./api/metrics.ts";

/** A number that is charted as it stands now. */
export interface ChartValue {
  readonly component: string;
  readonly metric: ChartedMetric;
  readonly endpoint: string | null;
  readonly unit: MetricUnit;
  /** Whether it is charted by how fast it rises. */
  readonly isCounter: boolean;
  readonly value: number;
}

interface Source {
  readonly metric: ChartedMetric;
  readonly unit: MetricUnit;
  readonly isCounter: boolean;
}

const rate = (metric: ChartedMetric, unit: MetricUnit): Source => ({ metric, unit, isCounter: true });

/** What is charted of the metrics, by their names; each costs little to read. */
const sources: Readonly<Record<string, Source>> = {
  pyroduct_receive_http_refused_requests_total: rate("requests_refused", "requests/s"),
  pyroscope_relabel_profiles_written: rate("profiles_passed", "profiles/s"),
  pyroscope_relabel_profiles_dropped: rate("profiles_dropped", "profiles/s"),
  pyroscope_write_sent_profiles_total: rate("profiles_sent", "profiles/s"),
  pyroscope_write_sent_bytes_total: rate("bytes_sent", "bytes/s"),
  pyroscope_write_dropped_profiles_total: rate("profiles_failed", "profiles/s"),
  pyroscope_write_retries_total: rate("retries", "requests/s"),
  pyroduct_local_store_profiles_stored_total: rate("profiles_stored", "profiles/s"),
  pyroduct_local_store_bytes: { metric: "bytes_stored", unit: "bytes", isCounter: false },
  process_cpu_seconds_total: rate("cpu", "cores"),
  process_resident_memory_bytes: { metric: "memory", unit: "bytes", isCounter: false },
};

/** The metrics that charts need. */
export const chartedNames: readonly string[] = Object.keys(sources);

const receiverType = "pyroscope.receive_http.";

/** Everything that is charted, as it stands now. */
export function chartValues(flow: MergedFlow, families: readonly MetricFamily[]): ChartValue[] {
  const sums = new Map<string, ChartValue>();
  const add = (one: ChartValue) => {
    const key = keyOf(one);
    sums.set(key, { ...one, value: one.value + (sums.get(key)?.value ?? 0) });
  };
  for (const { name, samples } of families) {
    const source = sources[name];
    if (source === undefined) continue;
    for (const { labels, value } of samples) {
      const component = labels["component_id"] ?? "process";
      add({ ...source, component, endpoint: labels["endpoint"] ?? null, value });
    }
  }
  for (const value of [...receivedOf(flow), ...queuesOf(flow)]) add(value);
  return [...sums.values()];
}

/** What identifies a series of a chart. */
export function keyOf({
  component,
  metric,
  endpoint,
}: Pick<ChartValue, "component" | "metric" | "endpoint">): string {
  return JSON.stringify([component, metric, endpoint]);
}

/** Every receiver hands the same to all that it forwards to, so that one edge tells. */
function receivedOf({ edges }: MergedFlow): ChartValue[] {
  const seen = new Set<string>();
  return edges.flatMap(({ from, profiles, bytes }) => {
    if (!from.startsWith(receiverType) || seen.has(from)) return [];
    seen.add(from);
    const common = { component: from, endpoint: null, isCounter: true };
    return [
      { ...common, metric: "profiles_received", unit: "profiles/s", value: profiles },
      { ...common, metric: "bytes_received", unit: "bytes/s", value: bytes },
    ] satisfies ChartValue[];
  });
}

function queuesOf({ components }: MergedFlow): ChartValue[] {
  return [...components.values()].flatMap(({ id: component, endpoints }) =>
    endpoints.flatMap(({ name: endpoint, queue }): ChartValue[] => {
      if (queue === undefined) return [];
      const common = { component, endpoint, isCounter: false };
      return [
        { ...common, metric: "queue_profiles", unit: "profiles", value: queue.profiles },
        { ...common, metric: "queue_bytes", unit: "bytes", value: queue.bytes },
        { ...common, metric: "queue_oldest", unit: "seconds", value: (queue.oldestMs ?? 0) / 1000 },
      ];
    }),
  );
}
