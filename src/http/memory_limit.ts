import { readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";

const cgroupRoot = "/sys/fs/cgroup";

/** Bytes of memory that this process may use: its cgroup's limit where there is one, else the machine's. */
export function memoryLimitBytes(): number {
  const limits = limitFiles(readText("/proc/self/cgroup")).map(readLimit);
  return Math.min(totalmem(), ...limits.filter((limit) => limit > 0));
}

/**
 * The files that may hold a limit, for the content of /proc/self/cgroup. In a container the group's path is often
 * the host's, and the limit stands at the root of what the container sees; every group above limits too.
 */
export function limitFiles(cgroups: string): string[] {
  return cgroups.split("\n").flatMap((line) => {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    const [, controllers = "", path = "/"] = match ?? [];
    if (match === null) return [];
    if (controllers === "") return withParents(path).map((group) => join(cgroupRoot, group, "memory.max"));
    if (!controllers.split(",").includes("memory")) return [];
    return withParents(path).map((group) => join(cgroupRoot, "memory", group, "memory.limit_in_bytes"));
  });
}

function withParents(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return ["/", ...parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`)];
}

// Without a limit cgroup v2 says "max", and v1 a number near 2^63.
function readLimit(path: string): number {
  const limit = Number(readText(path).trim());
  return Number.isFinite(limit) ? limit : 0;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
