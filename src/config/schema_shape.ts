import type { GenericSchema } from "valibot";
import type { ArgumentMetadata } from "../component/arguments.ts";

/** What the configuration's own walks need to know of a valibot schema. */
export interface SchemaShape {
  readonly type: string;
  /** Of an optional value. */
  readonly wrapped?: SchemaShape;
  /** Of a mapping with fixed keys. */
  readonly entries?: Readonly<Record<string, SchemaShape>>;
  /** Of a list. */
  readonly item?: SchemaShape;
  /** Of a mapping of names. */
  readonly value?: SchemaShape;
  /** Of a word, those that are allowed. */
  readonly options?: readonly string[];
  readonly default?: unknown;
  readonly pipe?: readonly SchemaStep[];
}

interface SchemaStep {
  readonly kind: string;
  readonly type: string;
  readonly metadata?: ArgumentMetadata;
  readonly description?: string;
}

/** Looks at a schema as a shape. */
export function shapeOf(schema: GenericSchema): SchemaShape {
  return schema as unknown as SchemaShape;
}

/** The schema without what makes it optional. */
export function unwrap(shape: SchemaShape): SchemaShape {
  return shape.wrapped === undefined ? shape : unwrap(shape.wrapped);
}

/** All that is said of an argument, on every layer of its schema. */
export function metadataOf(shape: SchemaShape): ArgumentMetadata {
  const inner = shape.wrapped === undefined ? {} : metadataOf(shape.wrapped);
  const steps = (shape.pipe ?? []).map((step) => {
    if (step.type === "metadata") return step.metadata;
    // The first step of a pipe is a schema, which may be a pipe again.
    return step.kind === "schema" ? metadataOf(step as unknown as SchemaShape) : {};
  });
  return Object.assign(inner, ...steps);
}

/** The schema of what stands at a path below `shape`; undefined where it knows no such place. */
export function shapeAt(shape: SchemaShape, path: readonly (string | number)[]): SchemaShape | undefined {
  let found: SchemaShape | undefined = shape;
  for (const part of path) {
    const inner: SchemaShape | undefined = found && unwrap(found);
    if (typeof part === "number") found = inner?.item;
    else if (inner?.entries === undefined) found = inner?.value;
    else found = Object.hasOwn(inner.entries, part) ? inner.entries[part] : undefined;
  }
  return found;
}
