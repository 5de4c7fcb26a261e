import type { Health } from "../component/health.ts";
import type { ShownComponent } from "./config_check.ts";
import type { ComponentHealth } from "./shard.ts";

/** A component as the API shows it, in the form of Alloy's. */
export interface ComponentInfo {
  readonly name: string;
  readonly type: "block";
  readonly localID: string;
  readonly moduleID: string;
  readonly label: string;
  readonly referencesTo: readonly string[];
  readonly referencedBy: readonly string[];
  readonly health: { readonly state: string; readonly message: string; readonly updatedTime: string };
  readonly arguments: unknown;
  /** Where it listens, where it does. */
  readonly address?: string;
}

const unknownHealth: Health = { state: "unhealthy", message: "the component does not run", sinceMs: 0 };

/** Components as they are wired, and how they do by what was said of them. */
export function componentInfos(
  shown: readonly ShownComponent[],
  health: ReadonlyMap<string, ComponentHealth>,
): ComponentInfo[] {
  return shown.map(({ id, type, label, forwardTo, arguments: args }) => {
    const { address, health: current } = health.get(id) ?? { address: undefined, health: unknownHealth };
    const { state, message, sinceMs } = current;
    return {
      name: type,
      type: "block",
      localID: id,
      moduleID: "",
      label,
      referencesTo: forwardTo,
      referencedBy: shown.filter((one) => one.forwardTo.includes(id)).map((one) => one.id),
      health: { state, message, updatedTime: new Date(sinceMs).toISOString() },
      arguments: args,
      ...(address === undefined ? {} : { address }),
    };
  });
}
