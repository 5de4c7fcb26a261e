import { readFileSync } from "node:fs";
import { totalmem } from "node:os";

const cgroupFiles = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/** Bytes of memory that this process may use: its cgroup's limit where there is one, else the machine's. */
export function memoryLimitBytes(): number {
  const machine = totalmem();
  const limits = cgroupFiles.map(readLimit).filter((limit) => limit > 0);
  return Math.min(machine, ...limits);
}

// Without a limit cgroup v2 says "max", and v1 a number near 2^63.
function readLimit(path: string): number {
  try {
    const limit = Number(readFileSync(path, "utf8").trim());
    return Number.isFinite(limit) ? limit : 0;
  } catch {
    return 0;
  }
}
