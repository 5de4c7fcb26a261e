/**
 * Fills in what stands for `:name` in a path, and adds the query; parameters that are undefined or empty are left
 * out.
 *
 * @throws Error where the path has a name that no value is given for: a mistake in this page.
 */
export function fillPath(
  pattern: string,
  path: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const filled = pattern.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = path[name];
    if (value === undefined) throw new Error(`${pattern} needs ${name}`);
    return encodeURIComponent(value);
  });
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") parameters.set(name, String(value));
  }
  return parameters.size === 0 ? filled : `${filled}?${parameters}`;
}
