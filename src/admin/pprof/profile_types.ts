import type { FlameType } from "../api/flame_graph.ts";
import type { ValueType } from "./pprof_scan.ts";

/** A type of profile, and which of the values of one profile is of it. */
export interface ValueOfType extends FlameType {
  readonly name: string;
  readonly index: number;
}

/** What a sender said of the types in a profile: the part `sample_type_config` of Go's, by the type's name. */
export type SampleTypeConfig = Readonly<Record<string, { readonly "display-name"?: string }>>;

/** The id of what can't be merged. */
export const jfrType: FlameType = { id: "jfr", sample_type: "jfr", unit: "" };

/** What values of /ingest are a profile of, by one of their types; the first that is there decides. */
const namesByType: readonly (readonly [type: string, name: string])[] = [
  ["wall", "wall"],
  ["cpu", "process_cpu"],
  ["inuse_space", "memory"],
  ["inuse_objects", "memory"],
  ["alloc_space", "memory"],
  ["alloc_objects", "memory"],
  ["space", "memory"],
  ["goroutine", "goroutine"],
  ["goroutines", "goroutine"],
  ["contentions", "block"],
  ["samples", "process_cpu"],
];

/**
 * The types of a pprof profile's values.
 *
 * @param name what the sender calls the profile: `__name__` of Push; undefined where it calls it nothing.
 */
export function pprofTypes(
  types: readonly ValueType[],
  name: string | undefined,
  config: SampleTypeConfig = {},
): ValueOfType[] {
  const called = name ?? nameOf(types, config);
  return types.map(({ type, unit }, index) => ({
    id: `${called}:${type}:${unit}`,
    name: called,
    sample_type: type,
    unit,
    index,
  }));
}

function nameOf(types: readonly ValueType[], config: SampleTypeConfig): string {
  // Go's mutex and block profiles have the same types: only their names for people differ.
  const display = types.map(({ type }) => config[type]?.["display-name"] ?? "");
  if (display.some((shown) => shown.startsWith("mutex"))) return "mutex";
  const found = namesByType.find(([known]) => types.some(({ type }) => type === known));
  return found?.[1] ?? types[0]?.type ?? "unknown";
}

/** The type of folded text. `units` is what the sender says that its values are. */
export function foldedType(units: string): ValueOfType {
  const sample_type = /^[a-z_]{1,32}$/.test(units) ? units : "samples";
  return { id: `folded:${sample_type}:count`, name: "folded", sample_type, unit: "count", index: 0 };
}
