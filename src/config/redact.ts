import { metadataOf, type SchemaShape, unwrap } from "./schema_shape.ts";

const mask = "(secret)";

/** Headers whose values may well be secret even where the schema does not say so. */
const secretHeader = /auth|cookie|token|secret|key|password/i;

/** The value with every secret masked, as the schema says which they are. */
export function redact(schema: SchemaShape, value: unknown): unknown {
  const shape = unwrap(schema);
  if (metadataOf(schema).isSecret && value !== undefined) return mask;
  if (Array.isArray(value)) return value.map((item) => (shape.item ? redact(shape.item, item) : item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => {
    const inner = shape.entries === undefined ? shape.value : shape.entries[key];
    if (key === "headers" && typeof entry === "object" && entry !== null) return [key, redactHeaders(entry)];
    return [key, inner === undefined ? entry : redact(inner, entry)];
  });
  return Object.fromEntries(entries);
}

function redactHeaders(headers: object): object {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, secretHeader.test(name) ? mask : value]),
  );
}
