import { readdirSync, statSync } from "node:fs";
import { commit, version } from "../base/version.ts";
import type { Aggregation, MetricFamily } from "../telemetry/metric_family.ts";

const startedAtSeconds = Math.floor(Date.now() / 1000 - process.uptime());

const build = { version, commit, bun: Bun.version };

/** What every scrape says of the process, by the names that Prometheus' client libraries use. */
export function processFamilies(): MetricFamily[] {
  const { user, system } = process.cpuUsage();
  const families = [
    family("process_cpu_seconds_total", "counter", "CPU time spent, user and system.", (user + system) / 1e6),
    family("process_resident_memory_bytes", "gauge", "Resident memory.", process.memoryUsage.rss()),
    family(
      "process_start_time_seconds",
      "gauge",
      "Start, since the Unix epoch.",
      startedAtSeconds,
      {},
      "min",
    ),
    family("pyroduct_build_info", "gauge", "Always 1; the labels tell the build.", 1, build, "max"),
  ];
  const descriptors = openDescriptors();
  if (descriptors !== undefined) {
    families.push(family("process_open_fds", "gauge", "Open file descriptors.", descriptors));
  }
  return families;
}

function family(
  name: string,
  type: string,
  help: string,
  value: number,
  labels: Readonly<Record<string, string>> = {},
  aggregation: Aggregation = "sum",
): MetricFamily {
  return { name, type, help, aggregation, samples: [{ name, labels, value }] };
}

// Only Linux tells by a folder, and from 6.2 on by its size, at once where there are thousands.
function openDescriptors(): number | undefined {
  const folder = "/proc/self/fd";
  try {
    return statSync(folder).size || readdirSync(folder).length;
  } catch {
    return undefined;
  }
}
