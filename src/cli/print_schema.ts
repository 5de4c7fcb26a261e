import { toJsonSchema } from "@valibot/to-json-schema";
import type { ArgumentMetadata } from "../component/arguments.ts";
import { componentDefinitions } from "../components.ts";
import { configSchema } from "../config/config_schema.ts";

/** The JSON Schema (draft 2020-12) of a configuration as it is written, before defaults are filled in. */
export function jsonSchema(): object {
  return toJsonSchema(configSchema(componentDefinitions), {
    target: "draft-2020-12",
    typeMode: "input",
    // Rules between values and conversions have no words in JSON Schema; the types around them do.
    errorMode: "ignore",
    overrideAction: ({ valibotAction, jsonSchema: made }) => {
      if (!("metadata" in valibotAction)) return undefined;
      // What the configuration's own walks need to know is no word of JSON Schema's.
      const metadata = valibotAction.metadata as ArgumentMetadata;
      const shown = Object.fromEntries(Object.entries(made).filter(([key]) => !Object.hasOwn(metadata, key)));
      // A block that may be repeated is written as a mapping where there is only one.
      return metadata.isBlockList && !Array.isArray(made.items) && made.items
        ? { anyOf: [shown, made.items] }
        : shown;
    },
  });
}
