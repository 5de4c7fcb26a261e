import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { repository, runToEnd } from "./program.ts";

/** What goes into the executable. */
const sources = ["src/**/*", "build.ts", "bun.lock", "package.json"];

/**
 * The executable to measure: what PYRODUCT_EXECUTABLE names, else dist/pyroduct, which is built where it is missing or
 * older than a source. What starts a pyroduct finds it in that variable.
 */
export async function currentExecutable(tell: (line: string) => void): Promise<string> {
  const named = process.env["PYRODUCT_EXECUTABLE"];
  if (named !== undefined) return resolve(named);
  const executable = join(repository, "dist/pyroduct");
  const isStale = modifiedMs(executable) < newestSourceMs();
  if (isStale) {
    tell("building the executable");
    await runToEnd([process.execPath, join(repository, "build.ts")]);
  }
  process.env["PYRODUCT_EXECUTABLE"] = executable;
  return executable;
}

/** pyroduct from its source. */
export function sourceCommand(): string[] {
  return [process.execPath, join(repository, "src/main.ts")];
}

/** Whether a flag of `run` is known to a pyroduct. */
export async function knowsFlag(command: readonly string[], flag: string): Promise<boolean> {
  return (await runToEnd([...command, "run", "--help"])).includes(` ${flag} `);
}

function newestSourceMs(): number {
  let newest = 0;
  for (const pattern of sources) {
    for (const file of new Bun.Glob(pattern).scanSync({ cwd: repository, absolute: true })) {
      newest = Math.max(newest, modifiedMs(file));
    }
  }
  return newest;
}

function modifiedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
