import { Profile, StringTable } from "pprof-format";
import { CodedError } from "../../base/failure.ts";
import { type CallTree, mostFrames, rootNode } from "./call_tree.ts";
import { hasAtMostObjects, looksLikePprof, type ValueType } from "./pprof_scan.ts";

/** Samples, labels, functions and calls of one profile; large real ones have some hundred thousand. */
const mostObjects = 500_000;

/**
 * Adds the samples of a pprof profile to a tree.
 *
 * @param index which of its values counts.
 * @throws CodedError where the bytes are no pprof.
 */
export function addPprof(tree: CallTree, side: number, bytes: Uint8Array, index: number): void {
  if (!looksLikePprof(bytes)) throw new CodedError("invalid_argument", "it is no pprof profile");
  if (!hasAtMostObjects(bytes, mostObjects))
    throw new CodedError(
      "failed_precondition",
      `the profile has more than ${mostObjects} samples, labels and calls`,
    );
  const profile = decode(bytes);
  const stacks = new LocationStacks(tree, profile);
  for (const { locationId, value } of profile.sample) {
    const counted = Number(value[index] ?? 0);
    // Differences of a profile with the one before may be negative; there is no call that took less than nothing.
    if (counted > 0) tree.add(side, stacks.of(locationId), counted);
  }
}

function decode(bytes: Uint8Array): Profile {
  try {
    return Profile.decode(bytes);
  } catch {
    throw new CodedError("invalid_argument", "it is no whole pprof profile");
  }
}

/** A number where it is small enough, and always the same of the two for the same id. */
type Id = number | bigint;

/** Turns the locations of samples into functions of a tree. */
class LocationStacks {
  readonly #tree: CallTree;
  readonly #profile: Profile;
  readonly #functions = new Map<Id, number | undefined>();
  readonly #frames = new Map<Id, readonly number[]>();

  constructor(tree: CallTree, profile: Profile) {
    this.#tree = tree;
    this.#profile = profile;
    const text = (index: Id) => profile.stringTable.strings[Number(index)] ?? "";
    for (const { id, name, systemName, filename } of profile.function) {
      const shown = text(name) || text(systemName) || "?";
      this.#functions.set(id, tree.functionNumber(shown, text(filename)));
    }
    for (const location of profile.location) {
      // What was inlined comes first, the caller after it.
      const lines = location.line.slice(-mostFrames).reverse();
      const known = lines.flatMap(({ functionId }) => this.#functions.get(functionId) ?? []);
      const frames = lines.length > 0 ? known : this.#unnamed(location.address, location.mappingId);
      this.#frames.set(location.id, frames);
    }
  }

  /** The functions of a sample, the outermost first; pprof has the innermost first. */
  of(locations: readonly Id[]): number[] {
    const stack: number[] = [];
    for (let index = locations.length - 1; index >= 0 && stack.length <= mostFrames; index -= 1) {
      const frames = this.#frames.get(locations[index] ?? 0);
      if (frames !== undefined) stack.push(...frames);
    }
    return stack;
  }

  /** Where symbols are missing the address in its binary is all that is known. */
  #unnamed(address: Id, mappingId: Id): readonly number[] {
    const mapping = this.#profile.mapping.find(({ id }) => id === mappingId);
    const file =
      mapping === undefined ? "" : (this.#profile.stringTable.strings[Number(mapping.filename)] ?? "");
    const number = this.#tree.functionNumber(`0x${BigInt(address).toString(16)}`, file);
    return number === undefined ? [] : [number];
  }
}

/** When and how a profile was taken. */
export interface ProfileFacts {
  /** What the values count. */
  readonly type: ValueType;
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number;
  readonly durationMs: number;
  /** Value of one sample; 0 where that means nothing. */
  readonly period: number;
}

/** Writes one side of a tree as pprof, without gzip: a sample for each call path with a value of its own. */
export function encodePprof(tree: CallTree, side: number, facts: ProfileFacts): Uint8Array {
  const stringTable = new StringTable();
  const valueType = { type: stringTable.dedup(facts.type.type), unit: stringTable.dedup(facts.type.unit) };
  const functions = tree.functions.map(({ name, file }, index) => ({
    id: index + 1,
    name: stringTable.dedup(name),
    systemName: stringTable.dedup(name),
    filename: stringTable.dedup(file),
  }));
  const profile = new Profile({
    stringTable,
    sampleType: [valueType],
    periodType: valueType,
    period: facts.period,
    timeNanos: BigInt(Math.round(facts.timeMs)) * 1_000_000n,
    durationNanos: BigInt(Math.round(facts.durationMs)) * 1_000_000n,
    function: functions,
    location: functions.map(({ id }) => ({ id, line: [{ functionId: id }] })),
    sample: (tree.self[side] ?? []).flatMap((value, node) =>
      value > 0 ? { locationId: pathOf(tree, node), value: [Math.round(value)] } : [],
    ),
  });
  return profile.encode();
}

/** The locations that lead to a node, the innermost first. */
function pathOf(tree: CallTree, node: number): number[] {
  const path: number[] = [];
  for (let at = node; at !== rootNode; at = tree.callerOf[at] ?? rootNode)
    path.push((tree.functionOf[at] ?? 0) + 1);
  return path;
}
