import { componentDefinitions } from "../../src/components.ts";
import { type ComponentConfig, loadConfig } from "../../src/config/load_config.ts";
import { formatProblem } from "../../src/config/problem.ts";

/** Everything that is wrong with a configuration, each as `f:line:column: path: message`. */
export function problemsOf(text: string, environment: Readonly<Record<string, string>> = {}): string[] {
  const loaded = loadConfig(text, componentDefinitions, environment);
  return loaded.ok ? [] : loaded.problems.map((problem) => formatProblem("f", problem));
}

/** The components of a configuration that has nothing wrong with it. */
export function componentsOf(
  text: string,
  environment: Readonly<Record<string, string>> = {},
): readonly ComponentConfig[] {
  const loaded = loadConfig(text, componentDefinitions, environment);
  if (!loaded.ok) throw new Error(problemsOf(text, environment).join("\n"));
  return loaded.components;
}

/** The arguments of the one endpoint in a configuration, as written. */
export function endpointOf(
  text: string,
  environment: Readonly<Record<string, string>> = {},
): Readonly<Record<string, unknown>> {
  const [component] = componentsOf(text, environment);
  const [endpoint] = (component?.source["endpoint"] ?? []) as Record<string, unknown>[];
  return endpoint ?? {};
}
