import type { ComponentDefinition } from "../../src/component/definition.ts";
import { metadataOf, type SchemaShape, shapeOf, unwrap } from "../../src/config/schema_shape.ts";

/** A place in a configuration where a secret stands. */
export interface SecretPlace {
  /** `pyroscope.write.x.endpoint.bearer_token` */
  readonly name: string;
  /** A configuration with nothing but the secret, and lines of whatever kind before and after it. */
  text(written: string, before?: readonly string[], after?: readonly string[]): string;
  /** The same as a value. */
  value(secret: string): unknown;
}

/** One step from a configuration's top to a secret: a key, or an item of a list. */
type Step = string | null;

/** Every place where a schema says that a secret may stand. */
export function secretPlaces(definitions: readonly ComponentDefinition[]): SecretPlace[] {
  return definitions.flatMap(({ type, schema }) => pathsIn(shapeOf(schema), [type, "x"]).map(placeAt));
}

function pathsIn(shape: SchemaShape, path: readonly Step[]): (readonly Step[])[] {
  if (metadataOf(shape).isSecret) return [path];
  const { entries, item, value } = unwrap(shape);
  const inner = Object.entries(entries ?? {}).flatMap(([key, entry]) => pathsIn(entry, [...path, key]));
  if (item !== undefined) inner.push(...pathsIn(item, [...path, null]));
  if (value !== undefined) inner.push(...pathsIn(value, [...path, "some"]));
  return inner;
}

function placeAt(path: readonly Step[]): SecretPlace {
  return {
    name: path.filter((step) => step !== null).join("."),
    text: (written, before = [], after = []) => {
      const lines: string[] = [];
      path.forEach((step, depth) => {
        const indent = "  ".repeat(depth);
        const isLast = depth === path.length - 1;
        if (isLast) lines.push(...before.map((line) => indent + line));
        lines.push(`${indent}${step === null ? "-" : `${step}:`}${isLast ? ` ${written}` : ""}`);
        if (isLast) lines.push(...after.map((line) => indent + line));
      });
      return `${lines.join("\n")}\n`;
    },
    value: (secret) =>
      path.reduceRight<unknown>((value, step) => (step === null ? [value] : { [step]: value }), secret),
  };
}
