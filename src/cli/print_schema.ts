import { toJsonSchema } from "@valibot/to-json-schema";
import { componentDefinitions } from "../components.ts";
import { configSchema } from "../config/config_schema.ts";
import { metadataOf, type SchemaShape } from "../config/schema_shape.ts";

/** Prints the JSON Schema of the configuration, made from the schemas that check it. */
export function printSchema(): void {
  process.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
}

/** The JSON Schema (draft 2020-12) of a configuration as it is written, before defaults are filled in. */
export function jsonSchema(): object {
  return toJsonSchema(configSchema(componentDefinitions), {
    target: "draft-2020-12",
    typeMode: "input",
    // Rules between values and conversions have no words in JSON Schema; the types around them do.
    errorMode: "ignore",
    overrideSchema: ({ valibotSchema, jsonSchema: made }) => {
      const shape = valibotSchema as unknown as SchemaShape;
      // A block that may be repeated is written as a mapping where there is only one.
      if (!shape.item || !metadataOf(shape).isBlockList || Array.isArray(made.items) || !made.items)
        return undefined;
      return { anyOf: [made, made.items] };
    },
  });
}
