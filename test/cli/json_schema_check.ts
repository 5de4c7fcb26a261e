/** The part of JSON Schema that the configuration's schema is written in. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
}

/** Whether a value is valid by a schema. */
export function isValid(schema: JsonSchema, value: unknown): boolean {
  if (schema.anyOf !== undefined && !schema.anyOf.some((one) => isValid(one, value))) return false;
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false;
  if (schema.type !== undefined && !isOfType(schema.type, value)) return false;
  if (Array.isArray(value)) return value.every((item) => isValid(schema.items ?? {}, item));
  if (typeof value !== "object" || value === null) return true;
  return isValidObject(schema, value);
}

function isValidObject(schema: JsonSchema, value: object): boolean {
  if (!(schema.required ?? []).every((key) => Object.hasOwn(value, key))) return false;
  return Object.entries(value).every(([key, entry]) => {
    const known = schema.properties?.[key];
    if (known !== undefined) return isValid(known, entry);
    const { additionalProperties: others } = schema;
    return typeof others === "object" ? isValid(others, entry) : others !== false;
  });
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
