import type { ComponentDefinition } from "../component/definition.ts";
import { metadataOf, type SchemaShape, shapeOf, unwrap } from "./schema_shape.ts";

/** One argument of a component, as its schema tells. */
export interface ArgumentEntry {
  /** `endpoint.basic_auth.username`: the keys that lead to it below the component. */
  readonly path: string;
  /** One line on what it means. */
  readonly description: string;
  readonly isRequired: boolean;
  /** The default as it would be written; undefined where there is none. */
  readonly defaultText: string | undefined;
  readonly type: string;
}

/** All arguments of a component, in the order of its schema, blocks before what is in them. */
export function argumentsOf(definition: ComponentDefinition): ArgumentEntry[] {
  return entriesOf(shapeOf(definition.schema), "");
}

function entriesOf(shape: SchemaShape, prefix: string): ArgumentEntry[] {
  const entries = Object.entries(unwrap(shape).entries ?? {});
  return entries.flatMap(([key, argument]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const inner = unwrap(argument);
    const nested = entriesOf(inner.item ?? inner, path);
    const entry: ArgumentEntry = {
      path,
      description: descriptionOf(argument),
      isRequired: !isOptional(argument),
      defaultText: defaultOf(argument),
      type: typeOf(argument, nested.length > 0),
    };
    return [entry, ...nested];
  });
}

function isOptional(shape: SchemaShape): boolean {
  return shape.wrapped !== undefined;
}

function defaultOf(shape: SchemaShape): string | undefined {
  if (shape.wrapped === undefined || shape.default === undefined) return undefined;
  return typeof shape.default === "string" && shape.default !== ""
    ? shape.default
    : JSON.stringify(shape.default);
}

function descriptionOf(shape: SchemaShape): string {
  const steps = (shape.pipe ?? []).toReversed();
  const own = steps.find((step) => step.type === "description")?.description;
  if (own !== undefined) return own;
  // The first step of a pipe is a schema, which may carry the description itself.
  const inner = steps.find((step) => step.kind === "schema");
  return inner === undefined || inner === (shape as unknown)
    ? ""
    : descriptionOf(inner as unknown as SchemaShape);
}

function typeOf(shape: SchemaShape, hasArguments: boolean): string {
  const inner = unwrap(shape);
  const metadata = metadataOf(shape);
  if (metadata.isSecret) return "secret";
  if (metadata.typeName !== undefined) return metadata.typeName;
  if (metadata.isBlockList) return "block, or list of blocks";
  if (hasArguments) return "block";
  if (inner.item !== undefined)
    return `list of ${typeOf(inner.item, unwrap(inner.item).entries !== undefined)}s`;
  if (inner.value !== undefined) return `mapping to ${typeOf(inner.value, false)}`;
  return typeNames[inner.type] ?? inner.type;
}

const typeNames: Readonly<Record<string, string>> = {
  string: "string",
  number: "number",
  boolean: "true or false",
  picklist: "word",
  union: "size",
  strict_object: "block",
};
