import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** What a pprof profile says of itself, without its samples. */
export interface PprofSummary {
  /** The types of its samples, such as `cpu` and `samples`. */
  readonly sampleTypes: readonly string[];
  /** When it began, in milliseconds since the Unix epoch; 0 where it does not say. */
  readonly startMs: number;
  readonly durationMs: number;
}

/**
 * The fields of a profile and how they are encoded
 * (https://github.com/google/pprof/blob/main/proto/profile.proto).
 */
const fields: Readonly<Record<number, readonly WireType[]>> = {
  1: [WireType.LengthDelimited],
  2: [WireType.LengthDelimited],
  3: [WireType.LengthDelimited],
  4: [WireType.LengthDelimited],
  5: [WireType.LengthDelimited],
  6: [WireType.LengthDelimited],
  7: [WireType.Varint],
  8: [WireType.Varint],
  9: [WireType.Varint],
  10: [WireType.Varint],
  11: [WireType.LengthDelimited],
  12: [WireType.Varint],
  13: [WireType.Varint, WireType.LengthDelimited],
  14: [WireType.Varint],
  15: [WireType.Varint],
};

const sampleTypeField = 1;
const stringField = 6;
const startField = 9;
const durationField = 10;

/** Reads a pprof profile that is not compressed; undefined where it is none. */
export function readPprof(bytes: Uint8Array): PprofSummary | undefined {
  try {
    return read(new BinaryReader(bytes));
  } catch {
    // The reader's errors speak of offsets alone: it is no protobuf.
    return undefined;
  }
}

function read(reader: BinaryReader): PprofSummary | undefined {
  const types: number[] = [];
  const strings: Uint8Array[] = [];
  let startMs = 0;
  let durationMs = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!fields[field]?.includes(wireType)) return undefined;
    if (field === sampleTypeField) types.push(typeIndex(reader.bytes()));
    else if (field === stringField) strings.push(reader.bytes());
    else if (field === startField) startMs = Number(reader.int64()) / 1e6;
    else if (field === durationField) durationMs = Number(reader.int64()) / 1e6;
    else reader.skip(wireType, field);
  }
  // The first string is empty always, so a profile without any is none.
  if (strings.length === 0 || strings[0]?.byteLength !== 0) return undefined;
  const decoder = new TextDecoder();
  const sampleTypes = types.map((index) => decoder.decode(strings[index] ?? new Uint8Array()));
  return { sampleTypes, startMs, durationMs };
}

// A ValueType: the first field is the type's name as an index of the strings.
function typeIndex(bytes: Uint8Array): number {
  const reader = new BinaryReader(bytes);
  let type = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.Varint) type = Number(reader.int64());
    else reader.skip(wireType, field);
  }
  return type;
}

/** What Pyroscope calls kinds of profiles, by the types of their samples; the first that fits counts. */
const kinds: readonly (readonly [name: string, types: RegExp])[] = [
  // Node's SDK measures both, and calls it so.
  ["wall", /^wall$/],
  ["process_cpu", /^cpu$/],
  ["memory", /^(?:inuse|alloc)_(?:space|objects)$/],
  ["goroutines", /^goroutines?$/],
  ["memory", /^(?:space|objects)$/],
];

/**
 * The `__name__` under which Pyroscope keeps such a profile; undefined where the types of its samples do not tell, as
 * with those of Go's block and mutex profiles, which are the same.
 */
export function profileKind({ sampleTypes }: PprofSummary): string | undefined {
  return kinds.find(([, types]) => sampleTypes.some((type) => types.test(type)))?.[0];
}
