import { readFileSync } from "node:fs";
import { systemCodeOf } from "../base/failure.ts";
import type { ReportProblem } from "./definition.ts";

/** Reports the second of two arguments of which only one may be given. */
export function checkExclusive(
  values: Readonly<Record<string, unknown>>,
  pairs: readonly (readonly [one: string, other: string])[],
  report: ReportProblem,
): void {
  for (const [one, other] of pairs) {
    if (values[one] !== undefined && values[other] !== undefined) report([other], `excludes ${one}`);
  }
}

/** Reports the arguments among `keys` that name a file which can't be read. */
export function checkFiles(
  values: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  report: ReportProblem,
): void {
  for (const key of keys) {
    const path = values[key];
    const problem = typeof path === "string" ? readProblem(path) : undefined;
    if (problem !== undefined) report([key], problem);
  }
}

const words: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "no permission to read it",
  EISDIR: "it is a folder",
};

function readProblem(path: string): string | undefined {
  try {
    readFileSync(path);
    return undefined;
  } catch (thrown) {
    const code = systemCodeOf(thrown) ?? "unknown";
    return `the file can't be read: ${words[code] ?? code}`;
  }
}
