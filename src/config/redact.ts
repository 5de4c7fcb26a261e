import { metadataOf, type SchemaShape, unwrap } from "./schema_shape.ts";

const mask = "(secret)";

/** Headers whose values may well be secret even where the schema does not say so. */
const secretHeader = /auth|cookie|token|secret|key|password/i;

/** What is shown in place of a secret. */
type MaskOf = (secret: unknown) => string;

/**
 * The value with every secret masked, as the schema says which they are.
 *
 * @param maskOf what is shown in place of each; by default the same for all.
 */
export function redact(schema: SchemaShape, value: unknown, maskOf: MaskOf = () => mask): unknown {
  const shape = unwrap(schema);
  if (metadataOf(schema).isSecret && value !== undefined) return maskOf(value);
  if (Array.isArray(value))
    return value.map((item) => (shape.item ? redact(shape.item, item, maskOf) : item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => {
    const inner = shape.entries === undefined ? shape.value : shape.entries[key];
    if (key === "headers" && typeof entry === "object" && entry !== null)
      return [key, redactHeaders(entry, maskOf)];
    return [key, inner === undefined ? entry : redact(inner, entry, maskOf)];
  });
  return Object.fromEntries(entries);
}

function redactHeaders(headers: object, maskOf: MaskOf): object {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, secretHeader.test(name) ? maskOf(value) : value]),
  );
}
