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
  const known = conversion.problems.map(({ path }) => path);
  // What could not be turned is missing now, which has been told.
  const isKnown = (path: string) => {
    return known.some((one) => one === path || one.startsWith(`${path}.`) || one.startsWith(`${path}[`));
  };
  const told = loaded.problems
    .filter(({ path }) => !isKnown(path))
    .map(({ path, message }) => ({ span: conversion.spanOf(path), path, message }));
  return {
    problems: told.filter(({ path }) => !namesFile.test(path)),
    absentFiles: told.filter(({ path }) => namesFile.test(path)),
  };
}
