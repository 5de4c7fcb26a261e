/** What became of a string with `${…}` in it. */
export type Expansion =
  | { readonly type: "unchanged" }
  | { readonly type: "expanded"; readonly text: string }
  | { readonly type: "unset"; readonly name: string };

/**
 * Expands `${NAME}` and `${NAME:-default}` once; `$${` is a literal `${`. What is no such reference (`$1`,
 * `${1}`) stays as it is.
 */
export function expand(text: string, environment: Readonly<Record<string, string | undefined>>): Expansion {
  let unset: string | undefined;
  const result = text.replaceAll(
    /\$\$\{|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g,
    (whole, name: string | undefined, fallback: string | undefined) => {
      if (name === undefined) return "${";
      const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
      // As in a shell, `:-` also stands in for a value that is empty.
      if (value !== undefined && (value !== "" || fallback === undefined)) return value;
      if (fallback === undefined) unset ??= name;
      return fallback ?? whole;
    },
  );
  if (unset !== undefined) return { type: "unset", name: unset };
  return result === text ? { type: "unchanged" } : { type: "expanded", text: result };
}
