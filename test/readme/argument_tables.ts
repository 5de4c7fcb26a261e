import { codesIn, readRows } from "./markdown.ts";

/** What is said of an argument: that it is required, its default as text, or nothing. */
export type ArgumentDefaults = Readonly<Record<string, string>>;

const required = "required";

/** The arguments in README's tables by `component key`; each with its default, `required`, or an empty text. */
export function documentedArguments(markdown: string): ArgumentDefaults {
  const rows = readRows(markdown).filter(({ heading }) => heading.startsWith("pyroscope."));
  const entries = rows.flatMap(({ heading, cells: [keys, standard] }) => {
    const text = standard === required ? required : (codesIn(standard)[0] ?? "");
    return codesIn(keys).map((key): [string, string] => [`${heading} ${key}`, text]);
  });
  return Object.fromEntries(entries);
}

/** What of JSON Schema is used to describe a configuration. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly default?: unknown;
}

/** The arguments in the JSON Schema of the configuration, in the same form. */
export function schemaArguments(schema: object): ArgumentDefaults {
  const components = Object.entries((schema as Schema).properties ?? {});
  const entries = components.flatMap(([type, { additionalProperties }]) =>
    typeof additionalProperties === "object" ? argumentsIn(additionalProperties, `${type} `) : [],
  );
  return Object.fromEntries(entries);
}

function argumentsIn(schema: Schema, prefix: string): [string, string][] {
  // A block that may be repeated is described twice, as a list and as a single mapping.
  const inner = schema.anyOf?.[0]?.items ?? schema.items ?? schema;
  return Object.entries(inner.properties ?? {}).flatMap(([key, argument]) => [
    [prefix + key, inner.required?.includes(key) ? required : defaultText(argument.default)],
    ...argumentsIn(argument, `${prefix}${key}.`),
  ]);
}

// An empty default is no more than the absence of something.
function defaultText(value: unknown): string {
  if (value === undefined || (typeof value === "object" && Object.keys(value ?? {}).length === 0)) return "";
  return String(value);
}
