import type { SchemaShape } from "../config/schema_shape.ts";

/**
 * The argument that names a file with what this one holds: `password_file` of `password`, `ca_file` of `ca_pem`.
 * Undefined where there is none. Files behind such arguments are read again when they change, as a `local.file` is.
 */
export function fileArgument(
  name: string,
  entries: Readonly<Record<string, SchemaShape>>,
): string | undefined {
  const candidates = [`${name}_file`, name.replace(/_pem$/, "_file")];
  return candidates.find((candidate) => candidate !== name && Object.hasOwn(entries, candidate));
}
