import * as v from "valibot";

/**
 * A message as its schema says that it is.
 *
 * @param what what it is, for the error.
 * @throws Error, a defect of whoever sent it, which tells where it is wrong but no value: one may be a secret.
 */
export function checkedMessage<Schema extends v.GenericSchema>(
  schema: Schema,
  message: unknown,
  what: string,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, message);
  if (parsed.success) return parsed.output;
  const places = parsed.issues.map((issue) => v.getDotPath(issue) ?? "as a whole");
  throw new Error(`${what} is not what it should be: ${[...new Set(places)].slice(0, 10).join(", ")}`);
}
