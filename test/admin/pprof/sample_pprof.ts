import { Profile, StringTable } from "pprof-format";

/** Stacks by their functions, the outermost first, with a value for each type. */
export type Stacks = Readonly<Record<string, number | readonly number[]>>;

/** A pprof profile with these stacks (`main;work`), not gzipped. */
export function samplePprof(
  stacks: Stacks,
  types: readonly (readonly [type: string, unit: string])[] = [["cpu", "nanoseconds"]],
): Uint8Array<ArrayBuffer> {
  const stringTable = new StringTable();
  const sampleType = types.map(([type, unit]) => ({
    type: stringTable.dedup(type),
    unit: stringTable.dedup(unit),
  }));
  const names = [...new Set(Object.keys(stacks).flatMap((stack) => stack.split(";")))];
  const profile = new Profile({
    stringTable,
    sampleType,
    function: names.map((name, index) => ({
      id: index + 1,
      name: stringTable.dedup(name),
      filename: stringTable.dedup(`${name}.go`),
    })),
    location: names.map((_, index) => ({ id: index + 1, line: [{ functionId: index + 1 }] })),
    sample: Object.entries(stacks).map(([stack, value]) => ({
      locationId: stack
        .split(";")
        .map((name) => names.indexOf(name) + 1)
        .reverse(),
      value: [value].flat(),
    })),
  });
  return profile.encode() as Uint8Array<ArrayBuffer>;
}

/** A form as Go's SDK sends it. */
export async function sampleForm(
  parts: Readonly<Record<string, Uint8Array<ArrayBuffer> | string>>,
): Promise<{ readonly contentType: string; readonly bytes: Uint8Array<ArrayBuffer> }> {
  const form = new FormData();
  for (const [name, content] of Object.entries(parts)) form.append(name, new Blob([content]), name);
  const response = new Response(form);
  return {
    contentType: response.headers.get("content-type") ?? "",
    bytes: new Uint8Array(await response.arrayBuffer()),
  };
}
