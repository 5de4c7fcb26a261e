import { expect, test } from "bun:test";
import { totalmem } from "node:os";
import { limitFiles, memoryLimitBytes } from "../../src/http/memory_limit.ts";

test("the limit is a number of bytes that the machine has", () => {
  const limit = memoryLimitBytes();
  expect(Number.isFinite(limit)).toBe(true);
  expect(limit).toBeWithin(2 ** 20, totalmem() + 1);
});

test("the limits of the process's own group and of all above it count, in both versions of cgroups", () => {
  expect(limitFiles("0::/a/b\n")).toEqual([
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/a/memory.max",
    "/sys/fs/cgroup/a/b/memory.max",
  ]);
  expect(limitFiles("5:devices:/\n4:memory:/a\n3:cpu,cpuacct:/a\n")).toEqual([
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    "/sys/fs/cgroup/memory/a/memory.limit_in_bytes",
  ]);
  expect(limitFiles("")).toEqual([]);
});
