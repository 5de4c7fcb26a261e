/** Runs every check: format and lint, types, dead code, generated code, layers. Exit status 1 if any fails. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { layerProblems } from "./layers.ts";

const root = resolve(import.meta.dir, "..");

interface Check {
  readonly name: string;
  readonly run: () => Promise<boolean>;
}

const checks: readonly Check[] = [
  {
    name: "format and lint",
    run: () => succeeds(["biome", "check", "--config-path=.config/lint.json", "."]),
  },
  { name: "types", run: () => hasRightTypes("tsconfig.json") },
  // What runs in the browser has other globals.
  { name: "types of the page", run: () => hasRightTypes("src/admin/ui/tsconfig.json") },
  { name: "dead code", run: () => succeeds(["knip", "--config", ".config/knip.json"]) },
  { name: "protocol definitions", run: () => succeeds(["buf", "lint", "proto"]) },
  { name: "generated code", run: isGeneratedCodeCurrent },
  { name: "layers", run: areLayersKept },
];

// The package has a script of the same name, which Bun prefers wherever it sees the package.
function hasRightTypes(project: string): Promise<boolean> {
  return succeeds([process.execPath, "check", "-p", join(root, project)], tmpdir());
}

async function succeeds(command: readonly [string, ...string[]], cwd = root): Promise<boolean> {
  const [program, ...args] = command;
  const local =
    program === process.execPath ? [program] : [process.execPath, join(root, "node_modules/.bin", program)];
  const child = Bun.spawn([...local, ...args], { cwd, stdout: "pipe", stderr: "pipe" });
  const [status, out, error] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  if (status !== 0) console.error(out + error);
  return status === 0;
}

async function isGeneratedCodeCurrent(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "pyroduct-generated-"));
  try {
    if (!(await succeeds(["buf", "generate", "proto", "--template", "proto/buf.gen.yaml", "-o", folder])))
      return false;
    const difference = Bun.spawnSync(["diff", "-r", join(folder, "src/gen"), join(root, "src/gen")]);
    if (difference.exitCode === 0) return true;
    console.error(`src/gen is stale: bun run generate\n${difference.stdout}`);
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function areLayersKept(): Promise<boolean> {
  const problems = await layerProblems(join(root, "src"));
  for (const problem of problems) console.error(problem);
  return problems.length === 0;
}

let failed = 0;
for (const { name, run } of checks) {
  const isFine = await run();
  if (!isFine) failed += 1;
  console.log(`${isFine ? "ok    " : "FAILED"}  ${name}`);
}
console.log(`${checks.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
