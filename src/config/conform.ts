import { expand } from "./expand.ts";
import type { ConfigPath, Problem } from "./problem.ts";
import { metadataOf, type SchemaShape, unwrap } from "./schema_shape.ts";
import { didYouMean } from "./suggest.ts";

/** What walking a configuration along its schema needs, and gathers. */
export interface Conforming {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly problems: Problem[];
}

/**
 * Brings values into the form that the schema reads: the environment is expanded, and the result given the type
 * that is wanted there; a single block becomes a list of one. Every key that the schema does not know is
 * noted and left out. Types and ranges are the schema's own business.
 */
export function conform(schema: SchemaShape, value: unknown, path: ConfigPath, walk: Conforming): unknown {
  const shape = unwrap(schema);
  if (typeof value === "string") return conformText(schema, value, path, walk);
  if (Array.isArray(value)) {
    // The schema's own check takes a list for a mapping of numbers.
    if (shape.entries !== undefined || shape.value !== undefined) {
      walk.problems.push({ path, message: "expected a mapping, and no list" });
      return undefined;
    }
    return value.map((item, index) =>
      shape.item ? conform(shape.item, item, [...path, index], walk) : item,
    );
  }
  // `default:` with nothing behind it is a block without arguments.
  if (value === null && shape.entries !== undefined) return {};
  if (typeof value !== "object" || value === null) return value;
  if (shape.item !== undefined && metadataOf(schema).isBlockList) {
    return [conform(shape.item, value, [...path, 0], walk)];
  }
  return conformMapping(shape, value, path, walk);
}

function conformMapping(shape: SchemaShape, value: object, path: ConfigPath, walk: Conforming): unknown {
  const known: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    if (key === "__proto__") {
      walk.problems.push({ path: [...path, key], message: "can't be used as a name" });
      continue;
    }
    const schema = shape.entries === undefined ? shape.value : ownEntry(shape.entries, key);
    if (schema !== undefined) {
      known[key] = conform(schema, entry, [...path, key], walk);
    } else if (shape.entries !== undefined) {
      const hint = didYouMean(key, Object.keys(shape.entries));
      walk.problems.push({ path: [...path, key], message: `unknown key${hint}`, isOfKey: true });
    } else {
      known[key] = entry;
    }
  }
  return known;
}

function ownEntry(entries: Readonly<Record<string, SchemaShape>>, key: string): SchemaShape | undefined {
  return Object.hasOwn(entries, key) ? entries[key] : undefined;
}

function conformText(schema: SchemaShape, value: string, path: ConfigPath, walk: Conforming): unknown {
  if (metadataOf(schema).isLiteral) return value;
  const expansion = expand(value, walk.environment);
  switch (expansion.type) {
    case "unchanged":
      return value;
    case "expanded":
      return typed(unwrap(schema), expansion.text);
    case "unset":
      walk.problems.push({
        path,
        message: `the environment variable ${expansion.name} is not set: set it, or give a default with \${${expansion.name}:-…}`,
        fix: `set it where pyroduct starts: export ${expansion.name}=… in a shell, Environment= in a systemd unit, env in a container`,
      });
      return undefined;
  }
}

/** Text from the environment in the type that the schema wants. */
function typed(shape: SchemaShape, text: string): unknown {
  const trimmed = text.trim();
  if (shape.type === "number" && trimmed !== "" && Number.isFinite(Number(trimmed))) return Number(trimmed);
  if (shape.type === "boolean" && (trimmed === "true" || trimmed === "false")) return trimmed === "true";
  return text;
}
