import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** What values of a profile count. */
export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

/** Numbers of fields of pprof's Profile: https://github.com/google/pprof/blob/main/proto/profile.proto */
const sampleTypeField = 1;
const stringTableField = 6;
const lastField = 15;

/** Value types of one profile; the richest known has six. */
const mostTypes = 64;

/** Whether bytes read as a pprof profile: its fields and no others, and the empty string first in its table. */
export function looksLikePprof(bytes: Uint8Array): boolean {
  return scan(bytes)?.strings[0] === "";
}

/**
 * What the values of a pprof profile count, without decoding the rest, which takes thirty times as long.
 *
 * @returns undefined where the bytes are no pprof.
 */
export function valueTypesOf(bytes: Uint8Array): ValueType[] | undefined {
  const scanned = scan(bytes);
  if (scanned?.strings[0] !== "") return undefined;
  const { strings, types } = scanned;
  return types.map(({ type, unit }) => ({ type: strings[type] ?? "", unit: strings[unit] ?? "" }));
}

/** By field: which field of what it holds repeats messages once more: labels of samples, lines of locations. */
const nestedFields: Readonly<Record<number, number>> = { 2: 3, 4: 4 };

/**
 * Whether decoding makes at most so many objects of a pprof profile. Each may stand in two bytes and take some
 * 600 when decoded.
 */
export function hasAtMostObjects(bytes: Uint8Array, most: number): boolean {
  const reader = new BinaryReader(bytes);
  let objects = 0;
  try {
    while (reader.pos < reader.len && objects <= most) {
      const [field, wireType] = reader.tag();
      const nested = nestedFields[field];
      if (wireType === WireType.LengthDelimited) objects += 1;
      if (nested === undefined || wireType !== WireType.LengthDelimited) reader.skip(wireType, field);
      else objects += countField(reader.bytes(), nested);
    }
  } catch {
    // What can't be read is found out by whoever decodes it.
  }
  return objects <= most;
}

function countField(bytes: Uint8Array, wanted: number): number {
  const reader = new BinaryReader(bytes);
  let count = 0;
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === wanted && wireType === WireType.LengthDelimited) count += 1;
    reader.skip(wireType, field);
  }
  return count;
}

interface Scanned {
  readonly types: readonly { readonly type: number; readonly unit: number }[];
  /** Those that the types name; others are empty but for the first. */
  readonly strings: Readonly<Record<number, string>>;
}

function scan(bytes: Uint8Array): Scanned | undefined {
  try {
    const reader = new BinaryReader(bytes);
    const types: { type: number; unit: number }[] = [];
    const places: Place[] = [];
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag();
      const isBytes = wireType === WireType.LengthDelimited;
      if (field > lastField || types.length > mostTypes) return undefined;
      if (field === sampleTypeField && isBytes) types.push(scanType(reader.bytes()));
      else if (field === stringTableField && isBytes) places.push(skipBytes(reader));
      else reader.skip(wireType, field);
    }
    return { types, strings: stringsAt(bytes, places, types) };
  } catch {
    return undefined;
  }
}

type Place = readonly [at: number, length: number];

/** @throws RangeError where they go beyond the end. */
function skipBytes(reader: BinaryReader): Place {
  const length = reader.uint32();
  const place: Place = [reader.pos, length];
  reader.pos += length;
  if (reader.pos > reader.len) throw new RangeError("beyond the end");
  return place;
}

function stringsAt(
  bytes: Uint8Array,
  places: readonly Place[],
  types: Scanned["types"],
): Readonly<Record<number, string>> {
  const wanted = new Set([0, ...types.flatMap(({ type, unit }) => [type, unit])]);
  const found = [...wanted].flatMap((index) => {
    const place = places[index];
    return place === undefined ? [] : [[index, textAt(bytes, place)] as const];
  });
  return Object.fromEntries(found);
}

function scanType(bytes: Uint8Array): { type: number; unit: number } {
  const reader = new BinaryReader(bytes);
  const found = { type: 0, unit: 0 };
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.Varint) found.type = Number(reader.int64());
    else if (field === 2 && wireType === WireType.Varint) found.unit = Number(reader.int64());
    else reader.skip(wireType, field);
  }
  return found;
}

/** Names are short; what is longer is shown cut. */
const longestName = 128;

function textAt(bytes: Uint8Array, [at, length]: Place): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(length, longestName)).toString();
}
