import { expect, test } from "bun:test";
import { cgroupFiles } from "../../src/http/cgroup.ts";

test("the limits of the process's own group and of all above it count, in both versions of cgroups", () => {
  const file = { controller: "memory", v2: "memory.max", v1: "memory.limit_in_bytes" };
  expect(cgroupFiles("0::/a/b\n", file)).toEqual([
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/a/memory.max",
    "/sys/fs/cgroup/a/b/memory.max",
  ]);
  expect(cgroupFiles("5:devices:/\n4:memory:/a\n3:cpu,cpuacct:/a\n", file)).toEqual([
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    "/sys/fs/cgroup/memory/a/memory.limit_in_bytes",
  ]);
  expect(cgroupFiles("", file)).toEqual([]);
});
