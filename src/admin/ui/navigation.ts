import { signal } from "@preact/signals";
import { formatRoute, parseRoute, type Route, type ViewName } from "./route.ts";

/** What is to be seen; undefined where the address names nothing, and the page is to choose. */
export const currentRoute = signal<Route | undefined>(parseRoute(location.hash));

addEventListener("hashchange", () => {
  currentRoute.value = parseRoute(location.hash);
});

/** Goes to a view, as a link to it would. */
export function goTo(view: ViewName, parameters?: Readonly<Record<string, string | undefined>>): void {
  location.hash = formatRoute(view, parameters);
}

/** Changes the address to another state of the same view, without a new entry in the browser's history. */
export function replaceRoute(
  view: ViewName,
  parameters?: Readonly<Record<string, string | undefined>>,
): void {
  history.replaceState(null, "", formatRoute(view, parameters));
  currentRoute.value = parseRoute(location.hash);
}
