import { metadataOf, type SchemaShape, unwrap } from "./schema_shape.ts";

/** Names whose values may well be secret where no schema knows them. */
const secretName = /pass|pwd|pw|secret|token|cred|auth|key|cookie|bearer|pem/i;

/** Names that look like it and are none. */
const harmlessName = /_file$|_url$|^key$/i;

/** What is known of a key by its name alone. */
type Known = "secret" | "scalar" | "block";

/** Whether what stands behind a key is to be hidden, by the key's name, for text that no schema can be laid over. */
export class SecretKeys {
  readonly #known = new Map<string, Known>();

  constructor(schema: SchemaShape) {
    this.#note(schema);
  }

  /** @param hasBlock whether a mapping or a list follows, which speaks for itself. */
  isSecret(key: string, hasBlock: boolean): boolean {
    const known = this.#known.get(key);
    if (known === "secret") return true;
    return known === "scalar" || (known === "block" && hasBlock) ? false : isSecretName(key);
  }

  #note(schema: SchemaShape): void {
    const { entries, item, value } = unwrap(schema);
    for (const [key, entry] of Object.entries(entries ?? {})) {
      const shape = unwrap(entry);
      if (holdsSecret(entry)) this.#known.set(key, "secret");
      else if (this.#known.get(key) !== "secret") this.#known.set(key, isScalar(shape) ? "scalar" : "block");
      this.#note(entry);
    }
    if (item !== undefined) this.#note(item);
    if (value !== undefined) this.#note(value);
  }
}

/** Whether a name is one that secrets have. */
export function isSecretName(name: string): boolean {
  return secretName.test(name) && !harmlessName.test(name);
}

/** Whether a place in the schema is for a secret, or for a list or mapping of nothing but secrets. */
export function holdsSecret(schema: SchemaShape): boolean {
  if (metadataOf(schema).isSecret) return true;
  const { item, value } = unwrap(schema);
  const inner = item ?? value;
  return inner !== undefined && holdsSecret(inner);
}

function isScalar({ entries, item, value }: SchemaShape): boolean {
  return entries === undefined && item === undefined && value === undefined;
}
