import { describe, expect, test } from "bun:test";
import { cpuNanos, cpuNanosByThread, memoryOf, processTree } from "./process_tree.ts";

const onLinux = describe.skipIf(process.platform !== "linux");

onLinux("a process and what it started", () => {
  test("are found together", async () => {
    // Two processes: the shell stays for the command that follows.
    const child = Bun.spawn(["sh", "-c", "cat; true"], { stdin: "pipe", stdout: "pipe" });
    try {
      // Once something has come through, both run.
      child.stdin.write("x");
      child.stdin.flush();
      await child.stdout.getReader().read();
      const tree = processTree(child.pid);
      expect(tree).toHaveLength(2);
      expect(tree[0]).toBe(child.pid);
      expect(processTree(process.pid)).toEqual(expect.arrayContaining(tree));
    } finally {
      child.stdin.end();
      await child.exited;
    }
    expect(() => processTree(child.pid)).toThrow(`there is no process ${child.pid}`);
  });

  test("use CPU time, which no look makes less", () => {
    const before = cpuNanos(process.pid);
    const until = performance.now() + 20;
    while (performance.now() < until);
    const nanos = cpuNanos(process.pid) - before;
    expect(nanos).toBeGreaterThan(5e6);
    expect(cpuNanosByThread(process.pid).size).toBeGreaterThan(0);
  });

  test("hold memory, at most what they held at their peak", () => {
    const { now, peak } = memoryOf(process.pid);
    expect(now).toBeGreaterThan(1e6);
    expect(peak).toBeGreaterThanOrEqual(now * 0.9);
  });
});
