import type { ComponentDefinition } from "../component/definition.ts";
import type { ComponentConfig } from "./load_config.ts";
import type { Problem } from "./problem.ts";
import { didYouMean, suggest } from "./suggest.ts";

/** What others may forward to, such as `pyroscope.write.default.receiver`. */
export function receiversOf(
  components: readonly ComponentConfig[],
  definitions: readonly ComponentDefinition[],
): string[] {
  const types = new Set(definitions.filter(({ isReceiver }) => isReceiver).map(({ type }) => type));
  return components.filter(({ type }) => types.has(type)).map(({ id }) => `${id}.receiver`);
}

/** References to components that are not there, that take nothing, or that lead back to where they began. */
export function referenceProblems(
  components: readonly ComponentConfig[],
  definitions: readonly ComponentDefinition[],
): Problem[] {
  const byId = new Map(components.map((component) => [component.id, component]));
  const receiverTypes = new Set(definitions.filter(({ isReceiver }) => isReceiver).map(({ type }) => type));
  const receivers = receiversOf(components, definitions);
  const problems: Problem[] = [];
  for (const component of components) {
    component.forwardTo.forEach((target, index) => {
      const path = [component.type, component.label, "forward_to", index];
      const found = byId.get(target);
      if (found === undefined) {
        const hint = didYouMean(`${target}.receiver`, receivers);
        const fix = missingTargetFix(target, receivers);
        problems.push({ path, message: `there is no component ${target}${hint}`, fix });
      } else if (!receiverTypes.has(found.type)) {
        problems.push({
          path,
          message: `${target} receives nothing from other components`,
          fix: `forward to one that does: ${receivers.join(", ") || "pyroscope.write, pyroscope.relabel, …"}`,
        });
      } else if (leadsTo(target, component.id, byId)) {
        problems.push({
          path,
          message: `the profiles would come back: ${target} forwards to ${component.id} again`,
          fix: "take one of the references in the circle out, and let the last component forward to a pyroscope.write",
        });
      }
    });
  }
  return problems;
}

function missingTargetFix(target: string, receivers: readonly string[]): string {
  const near = suggest(`${target}.receiver`, receivers);
  if (near !== undefined) return `write ${near}`;
  const [, type = "", label = ""] = /^(.*)\.([^.]+)$/.exec(target) ?? [];
  const known = receivers.length === 0 ? "" : `, or refer to one that is there: ${receivers.join(", ")}`;
  return `write the component, ${type}: { ${label}: { … } }${known}`;
}

/** Components so that each comes after everything that it forwards to; there must be no cycle. */
export function downstreamFirst(components: readonly ComponentConfig[]): ComponentConfig[] {
  const byId = new Map(components.map((component) => [component.id, component]));
  const ordered = new Set<ComponentConfig>();
  const visit = (component: ComponentConfig) => {
    if (ordered.has(component)) return;
    for (const target of component.forwardTo) {
      const found = byId.get(target);
      if (found !== undefined) visit(found);
    }
    ordered.add(component);
  };
  components.forEach(visit);
  return [...ordered];
}

/** All components that a component's profiles may reach, by id; itself only where they come back to it. */
export function idsDownstream(
  { forwardTo }: ComponentConfig,
  components: readonly ComponentConfig[],
): ReadonlySet<string> {
  return reachable(forwardTo, new Map(components.map((component) => [component.id, component])));
}

function leadsTo(from: string, target: string, byId: ReadonlyMap<string, ComponentConfig>): boolean {
  return reachable([from], byId).has(target);
}

function reachable(from: readonly string[], byId: ReadonlyMap<string, ComponentConfig>): Set<string> {
  const visited = new Set<string>();
  const pending = [...from];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (visited.has(id)) continue;
    visited.add(id);
    pending.push(...(byId.get(id)?.forwardTo ?? []));
  }
  return visited;
}
