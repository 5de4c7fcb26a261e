import * as v from "valibot";
import { block, mapping } from "../component/arguments.ts";
import type { ComponentDefinition } from "../component/definition.ts";

/** The schema of a whole configuration: component type → label → arguments. */
export function configSchema(definitions: readonly ComponentDefinition[]) {
  const entries = definitions.map(({ type, description, schema }) => {
    return [type, v.optional(v.pipe(mapping(schema), v.description(description)))] as const;
  });
  return block(Object.fromEntries(entries));
}
