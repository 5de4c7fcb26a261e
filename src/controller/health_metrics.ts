import type { MetricFamily } from "../telemetry/metric_family.ts";
import type { ComponentHealth } from "./shard.ts";

/** What a scrape says of health, so that alerts can go by what `/-/healthy` tells. */
export function healthFamily(reports: readonly Pick<ComponentHealth, "id" | "health">[]): MetricFamily {
  const name = "pyroduct_component_healthy";
  return {
    name,
    type: "gauge",
    help: "1 where a component is healthy, 0 where it is not; configuration is the file on disk.",
    samples: reports.map(({ id, health }) => ({
      name,
      labels: { component_id: id },
      value: health.state === "healthy" ? 1 : 0,
    })),
  };
}
