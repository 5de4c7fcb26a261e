import { componentDefinitions } from "../components.ts";
import { loadConfig } from "../config/load_config.ts";
import { formatProblem } from "../config/problem.ts";
import { configFile } from "../controller/config_source.ts";

/**
 * Checks a configuration and prints what is wrong with it, or that nothing is.
 *
 * @returns the exit status: 1 where anything is wrong.
 */
export function validate(path: string): number {
  const source = configFile(path);
  const loaded = loadConfig(source.read(), componentDefinitions, process.env);
  if (loaded.ok) {
    const noun = loaded.components.length === 1 ? "component" : "components";
    process.stdout.write(`${source.name}: valid, ${loaded.components.length} ${noun}\n`);
    return 0;
  }
  for (const problem of loaded.problems) process.stderr.write(`${formatProblem(source.name, problem)}\n`);
  return 1;
}
