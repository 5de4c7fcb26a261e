import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** A stack, the outermost function first, and how much of the profile it is. */
export type StackValue = readonly [stack: readonly string[], value: number];

/** Makes a pprof of one type of values (https://github.com/google/pprof/blob/main/proto/profile.proto). */
export function pprofOf(
  stacks: readonly StackValue[],
  [sampleType, unit]: readonly [string, string] = ["cpu", "nanoseconds"],
): Uint8Array<ArrayBuffer> {
  const strings = new Map<string, number>([["", 0]]);
  const indexOf = (text: string) => strings.getOrInsertComputed(text, () => strings.size);
  const functions = new Map<string, number>();
  const functionOf = (name: string) => functions.getOrInsertComputed(name, () => functions.size + 1);

  const profile = new BinaryWriter();
  const message = (field: number, fields: readonly (readonly [number, number])[]) => {
    profile.tag(field, WireType.LengthDelimited).fork();
    for (const [number, value] of fields) profile.tag(number, WireType.Varint).uint64(value);
    profile.join();
  };
  message(1, [
    [1, indexOf(sampleType)],
    [2, indexOf(unit)],
  ]);
  // A location's ID is its function's; the innermost comes first.
  for (const [stack, value] of stacks) {
    message(2, [...stack.toReversed().map((name) => [1, functionOf(name)] as const), [2, value]]);
  }
  for (const id of functions.values()) {
    profile.tag(4, WireType.LengthDelimited).fork();
    profile.tag(1, WireType.Varint).uint64(id);
    profile.tag(4, WireType.LengthDelimited).fork().tag(1, WireType.Varint).uint64(id).join();
    profile.join();
  }
  for (const [name, id] of functions) {
    message(5, [
      [1, id],
      [2, indexOf(name)],
    ]);
  }
  for (const text of strings.keys()) profile.tag(6, WireType.LengthDelimited).string(text);
  return new Uint8Array(profile.finish());
}
