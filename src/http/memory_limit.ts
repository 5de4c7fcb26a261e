import { totalmem } from "node:os";
import { readCgroupFiles } from "./cgroup.ts";

/** Bytes of memory that this process may use: its cgroup's limit where there is one, else the machine's. */
export function memoryLimitBytes(): number {
  const files = readCgroupFiles({ controller: "memory", v2: "memory.max", v1: "memory.limit_in_bytes" });
  const limits = files.map(({ text }) => readLimit(text));
  return Math.min(totalmem(), ...limits.filter((limit) => limit > 0));
}

// Without a limit cgroup v2 says "max", and v1 a number near 2^63.
function readLimit(text: string): number {
  const limit = Number(text);
  return Number.isFinite(limit) ? limit : 0;
}
