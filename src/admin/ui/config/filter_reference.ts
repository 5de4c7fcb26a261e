import type { ReferenceComponent } from "../../api/config.ts";

/** The components and of them the arguments whose path or meaning holds the text, whatever the case. */
export function filterReference(
  components: readonly ReferenceComponent[],
  search: string,
): readonly ReferenceComponent[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === "") return components;
  return components.flatMap((component) => {
    if (component.type.toLowerCase().includes(wanted)) return [component];
    const found = component.arguments.filter(
      ({ path, description }) =>
        path.toLowerCase().includes(wanted) || description.toLowerCase().includes(wanted),
    );
    return found.length === 0 ? [] : [{ ...component, arguments: found }];
  });
}
