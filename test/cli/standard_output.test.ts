import { expect, test } from "bun:test";
import { join } from "node:path";

const source = join(import.meta.dir, "..", "..", "src", "cli", "standard_output.ts");
const bytes = 3_000_000;

/** Writes, and exits as soon as that is said to be done. */
const script = `const { allWritten } = await import(${JSON.stringify(source)});
process.stdout.write("x".repeat(${bytes}));
await allWritten(process.stdout);
process.exit(0);`;

test("all is written before the process exits, whatever a pipe takes at once", async () => {
  await using child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  const [status, output] = await Promise.all([child.exited, child.stdout.text()]);
  expect([status, output.length]).toEqual([0, bytes]);
});

test.skipIf(process.platform === "win32")("a reader that has seen enough is no failure", async () => {
  const line = `"$0" -e "$1" | head -c 1; echo " \${PIPESTATUS[0]}"`;
  await using child = Bun.spawn(["bash", "-c", line, process.execPath, script], {
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, error] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect([output, error]).toEqual(["x 0\n", ""]);
});
