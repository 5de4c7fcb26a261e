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
    if (values[one] !== undefined && values[other] !== undefined) {
      report([other], `excludes ${one}`, `keep one of ${one} and ${other}`);
    }
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
    if (problem !== undefined) report([key], problem.message, problem.fix);
  }
}

/** A file that can't be read, and what to do about it. */
export interface FileProblem {
  readonly message: string;
  readonly fix?: string;
}

const words: Readonly<Record<string, readonly [words: string, fix: string]>> = {
  ENOENT: ["there is no such file", "correct the path, or put the file there; a container needs it mounted"],
  EACCES: [
    "no permission to read it",
    "let the user that pyroduct runs as read the file and enter the folders above it",
  ],
  EISDIR: ["it is a folder", "name the file in it"],
  ENOTDIR: ["what should be a folder above it is a file", "correct the path"],
};

/** What to say of a file that could not be read, by the system's error code. */
export function fileProblem(code: string | undefined): FileProblem {
  const [said, fix] = words[code ?? ""] ?? [code ?? "unknown"];
  return { message: `the file can't be read: ${said}`, ...(fix === undefined ? {} : { fix }) };
}

function readProblem(path: string): FileProblem | undefined {
  try {
    readFileSync(path);
    return undefined;
  } catch (thrown) {
    return fileProblem(systemCodeOf(thrown));
  }
}
