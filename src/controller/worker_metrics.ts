import type { MetricFamily } from "../telemetry/metric_family.ts";

/**
 * What every place of a shard tells of itself; there is one where the controller's process serves alone.
 *
 * @param isUp whether its shard runs.
 * @param restarts how many shards were started in place of others.
 */
export function workerFamilies(isUp: boolean, restarts: number): MetricFamily[] {
  return [
    family("pyroduct_workers", "gauge", "Workers that are up.", isUp ? 1 : 0),
    family("pyroduct_worker_restarts_total", "counter", "Workers started in place of others.", restarts),
  ];
}

function family(name: string, type: string, help: string, value: number): MetricFamily {
  return { name, type, help, samples: [{ name, labels: {}, value }] };
}
