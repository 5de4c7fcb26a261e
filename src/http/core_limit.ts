import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { readCgroupFiles, readText } from "./cgroup.ts";

/** Cores that this process may use, in part perhaps: its cgroup's quota where that is less than there are. */
export function coreLimit(): number {
  const files = readCgroupFiles({ controller: "cpu", v2: "cpu.max", v1: "cpu.cfs_quota_us" });
  const quotas = files.map(({ path, text }) =>
    // The first version has the period in a file of its own, the second in the same line.
    parseQuota(text.includes(" ") ? text : `${text} ${readText(join(dirname(path), "cpu.cfs_period_us"))}`),
  );
  return Math.min(availableParallelism(), ...quotas.filter((quota) => quota !== undefined));
}

/**
 * Reads a quota and its period, both in microseconds (https://docs.kernel.org/admin-guide/cgroup-v2.html, cpu.max).
 *
 * @returns undefined where there is no quota: `max`, or -1 in the first version.
 */
export function parseQuota(text: string): number | undefined {
  const [, quota, period] = /^(\d+) (\d+)$/.exec(text.trim()) ?? [];
  const cores = Number(quota) / Number(period);
  return cores > 0 && Number.isFinite(cores) ? cores : undefined;
}
