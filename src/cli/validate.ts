import { componentDefinitions } from "../components.ts";
import { loadConfig } from "../config/load_config.ts";
import { explainProblem, problemAsJson } from "../config/problem.ts";
import { configFile } from "../controller/config_source.ts";
import { problemStyle } from "./terminal.ts";

/** The flags of `pyroduct validate`. */
export interface ValidateOptions {
  /** Print what a program reads. */
  readonly json?: boolean;
}

/**
 * Checks a configuration and prints what is wrong with it, or that nothing is.
 *
 * @returns the exit status: 1 where anything is wrong.
 */
export function validate(path: string, { json = false }: ValidateOptions): number {
  const source = configFile(path);
  const loaded = loadConfig(source.read(), componentDefinitions, process.env);
  const problems = loaded.ok ? [] : loaded.problems;
  if (json) {
    const shown = problems.map((problem) => problemAsJson(source.name, problem));
    process.stdout.write(
      `${JSON.stringify({ file: source.name, valid: loaded.ok, problems: shown }, null, 2)}\n`,
    );
  } else if (loaded.ok) {
    const noun = loaded.components.length === 1 ? "component" : "components";
    process.stdout.write(`${source.name}: valid, ${loaded.components.length} ${noun}\n`);
  }
  if (!json) {
    const style = problemStyle(process.stderr);
    for (const problem of problems) process.stderr.write(`${explainProblem(source.name, problem, style)}\n`);
  }
  return loaded.ok ? 0 : 1;
}
