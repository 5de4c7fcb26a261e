/**
 * Prints what an executable is made of, in CycloneDX's JSON: `bun .github/sbom.ts`. The packages that bun.lock names
 * without those of development, and Bun itself, whose runtime is in every executable. npm tells them from an
 * installation that has these alone: told to leave out the others of a whole one, it leaves out shared ones too.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };

const root = join(import.meta.dir, "..");

const { name, version, description, license, homepage, dependencies, engines } = manifest;

function run(folder: string, ...command: readonly string[]): string {
  const ended = Bun.spawnSync([...command], { cwd: folder, stderr: "pipe" });
  if (!ended.success) throw new Error(`${command.join(" ")}: ${ended.stderr}${ended.stdout}`);
  return ended.stdout.toString();
}

const folder = mkdtempSync(join(tmpdir(), "pyroduct-sbom-"));
try {
  // npm calls the whole by its folder.
  const installed = join(folder, name);
  mkdirSync(installed);
  const shipped = {
    ...{ name, version, description, license, homepage, private: true },
    dependencies: { ...dependencies, bun: engines.bun },
  };
  writeFileSync(join(installed, "package.json"), JSON.stringify(shipped));
  copyFileSync(join(root, "bun.lock"), join(installed, "bun.lock"));
  run(installed, process.execPath, "install", "--silent", "--ignore-scripts");
  console.log(run(installed, "npm", "sbom", "--sbom-format=cyclonedx", "--sbom-type=application").trim());
} finally {
  rmSync(folder, { recursive: true });
}
