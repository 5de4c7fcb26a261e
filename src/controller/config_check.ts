import { CodedError } from "../base/failure.ts";
import type { ComponentDefinition } from "../component/definition.ts";
import { configSchema } from "../config/config_schema.ts";
import { type ComponentConfig, loadConfig } from "../config/load_config.ts";
import { formatProblem, type LocatedProblem } from "../config/problem.ts";
import { redact } from "../config/redact.ts";
import { shapeOf } from "../config/schema_shape.ts";
import type { ConfigSource } from "./config_source.ts";

/** Whether a configuration can be used. */
export type CheckResult =
  | { readonly ok: true; readonly components: readonly ComponentConfig[] }
  | {
      readonly ok: false;
      /** As the commands print them: `file:line:column: path: message`. */
      readonly problems: readonly string[];
      /** The same with their places; those that are of no place in the file are missing. */
      readonly places: readonly LocatedProblem[];
    };

/** What a configuration is checked with. */
export interface CheckParts {
  readonly source: ConfigSource;
  readonly definitions: readonly ComponentDefinition[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Looks for problems without starting anything: in `text`, or else in the source as it stands now. */
export function checkConfig({ source, definitions, environment }: CheckParts, text?: string): CheckResult {
  try {
    const loaded = loadConfig(text ?? source.read(), definitions, environment);
    if (loaded.ok) return loaded;
    const problems = loaded.problems.map((one) => formatProblem(source.name, one));
    return { ok: false, problems, places: loaded.problems };
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    return { ok: false, problems: [thrown.message], places: [] };
  }
}

/** A component as it is configured and wired, fit to be shown. */
export interface ShownComponent {
  readonly id: string;
  readonly type: string;
  readonly label: string;
  readonly forwardTo: readonly string[];
  /** As written, secrets masked, defaults not filled in. */
  readonly arguments: unknown;
}

/** Masks all secrets of components, as `maskOf` says, or else all alike. */
export function shownComponents(
  components: readonly ComponentConfig[],
  definitions: readonly ComponentDefinition[],
  maskOf?: (secret: unknown) => string,
): readonly ShownComponent[] {
  const schema = shapeOf(configSchema(definitions));
  return components.map(({ id, type, label, forwardTo, source }) => {
    const masked = redact(schema, { [type]: { [label]: source } }, maskOf) as Record<
      string,
      Record<string, unknown>
    >;
    return { id, type, label, forwardTo, arguments: masked[type]?.[label] };
  });
}

/** Components as they would stand in a file. */
export function configOf(components: readonly ShownComponent[]): unknown {
  const config: Record<string, Record<string, unknown>> = {};
  for (const { type, label, arguments: shown } of components) {
    config[type] = { ...config[type], [label]: shown };
  }
  return config;
}
