import { fixOfMissingKey, fixOfUnknownKey } from "./fix_key.ts";
import { fixOfValue } from "./fix_value.ts";
import type { ConfigPath, Problem } from "./problem.ts";
import { type SchemaShape, shapeAt, unwrap } from "./schema_shape.ts";

/** What finding a fix needs to know besides the problem. */
export interface FixContext {
  /** Of the whole configuration. */
  readonly schema: SchemaShape;
  /** The configuration as it was written. */
  readonly config: unknown;
  /** All receivers of the configuration, such as `pyroscope.write.default.receiver`. */
  readonly receivers: readonly string[];
}

/** The problem, about one key or one value, with what to do about it, unless it says so already. */
export function withFix(problem: Problem, context: FixContext): Problem {
  return problem.fix === undefined ? { ...problem, fix: fixOf(problem, context) } : problem;
}

function fixOf({ path, isOfKey }: Problem, { schema, config, receivers }: FixContext): string | undefined {
  if (isOfKey) return fixOfUnknownKey(schema, path);
  const around = valueAt(config, path.slice(0, -1));
  const value = valueAt(config, path);
  if (value === undefined && path.length > 0) {
    return fixOfMissingKey(path, isMapping(around) ? Object.keys(around) : [], receivers);
  }
  const shape = shapeAt(schema, path);
  if (shape === undefined) return undefined;
  if (path.length <= 2) return fixOfComponent(path, shape, value);
  return fixOfValue({ key: lastKey(path), schema: shape, value, receivers });
}

// Where a component's type, its label or all of them are not what they should be.
function fixOfComponent(path: ConfigPath, shape: SchemaShape, value: unknown): string {
  const [type, label] = path;
  if (type === undefined)
    return "write a component first, such as pyroscope.receive_http: { default: { … } }";
  if (label === undefined) {
    return Array.isArray(value)
      ? "write a label of your choice, such as default:, in place of the dash, and the arguments below it, indented"
      : `write a label of your choice, such as default:, below ${type}, and the arguments below that`;
  }
  const { entries } = unwrap(shape);
  if (entries !== undefined && Object.hasOwn(entries, String(label))) {
    return `write a label of your choice above ${label}, and indent it below: ${type}: { default: { ${label}: … } }`;
  }
  return Array.isArray(value)
    ? `take the dash away: what stands below ${label} is a mapping`
    : `write the arguments below ${label}, indented`;
}

/** What stands at a path; a mapping counts as a list of one. */
function valueAt(config: unknown, path: ConfigPath): unknown {
  let value = config;
  for (const part of path) {
    if (typeof part === "number") value = Array.isArray(value) ? value[part] : part === 0 ? value : undefined;
    else value = isMapping(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

function lastKey(path: ConfigPath): string {
  return String(path.findLast((part) => typeof part === "string"));
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
