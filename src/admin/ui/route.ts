/** The views of the page, by the word that they have in the address. */
export const viewNames = ["flow", "live", "flame", "profile", "queues", "config", "start"] as const;

export type ViewName = (typeof viewNames)[number];

/** What the address says is to be seen: a view, and what of it. */
export interface Route {
  readonly view: ViewName;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads the part of the address behind `#`, such as `#/flame?service=shop`; undefined where it names no view. */
export function parseRoute(hash: string): Route | undefined {
  const [, name = "", query = ""] = /^#?\/?([^?]*)(?:\?(.*))?$/s.exec(hash) ?? [];
  const view = viewNames.find((one) => one === name);
  return view && { view, parameters: Object.fromEntries(new URLSearchParams(query)) };
}

/** The opposite of parseRoute; parameters that are empty or undefined are left out. */
export function formatRoute(
  view: ViewName,
  parameters: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "") query.set(name, value);
  }
  return query.size === 0 ? `#/${view}` : `#/${view}?${query}`;
}
