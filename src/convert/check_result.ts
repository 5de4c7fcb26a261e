import type { ComponentDefinition } from "../component/definition.ts";
import { loadConfig } from "../config/load_config.ts";
import type { Conversion } from "./conversion.ts";
import type { SourceProblem } from "./syntax_tree.ts";

/** What `validate` would say of a result, told of the source. */
export interface CheckedResult {
  readonly problems: readonly SourceProblem[];
  /** Of files that the result names, and that may well be there where it runs. */
  readonly absentFiles: readonly SourceProblem[];
}

const namesFile = /(?:_file|targets_files(?:\[\d+\])?)$/;

/** Checks a result with the checks that `run` makes. Values fit for their places stand in for the environment. */
export function checkResult(
  yaml: string,
  definitions: readonly ComponentDefinition[],
  conversion: Conversion,
): CheckedResult {
  const loaded = loadConfig(yaml, definitions, Object.fromEntries(conversion.variables));
  if (loaded.ok) return { problems: [], absentFiles: [] };
  // What could not be turned is missing now, which has been told; and of a variable's value nothing is known.
  const untold = [...conversion.problems.map(({ path }) => path), ...conversion.variablePaths];
  const told = loaded.problems
    .filter(({ path }) => !untold.some((one) => isWithin(one, path)))
    .map(({ path, message }) => ({ span: conversion.spanOf(path), path, message }));
  return {
    problems: told.filter(({ path }) => !namesFile.test(path)),
    absentFiles: told.filter(({ path }) => namesFile.test(path)),
  };
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}
