import { CodedError } from "../../base/failure.ts";
import type { StoreLocation } from "../../controller/shard.ts";
import type { DiffGraph, FlameGraph, FlameType } from "../api/flame_graph.ts";
import { CallTree } from "../pprof/call_tree.ts";
import { drawDiffGraph } from "../pprof/diff_graph.ts";
import { drawFlameGraph } from "../pprof/flame_graph.ts";
import { encodePprof } from "../pprof/pprof_tree.ts";
import type { ValueOfType } from "../pprof/profile_types.ts";
import {
  addProfile,
  defaultType,
  MergeCount,
  type ReadProfile,
  readProfile,
  type SentProfile,
} from "../pprof/read_profile.ts";
import { type Selection, selectorOf } from "./store_queries.ts";
import { type FoundProfile, newestOf, type StoreReaders } from "./store_readers.ts";
import { readStored, sentOf, type TypeIndex } from "./type_index.ts";

/** Profiles that go into one graph, their bytes when unpacked, and how long that may take in milliseconds. */
const mostMerged = 20_000;
const mostMergedBytes = 512 * 1024 * 1024;
const mergingMs = 10_000;

/** Makes graphs of profiles. */
export class GraphQueries {
  readonly #readers: StoreReaders;
  readonly #types: TypeIndex;
  readonly #now: () => number;

  /** @param now monotonic milliseconds. */
  constructor(readers: StoreReaders, types: TypeIndex, now: () => number) {
    this.#readers = readers;
    this.#types = types;
    this.#now = now;
  }

  /** @throws CodedError where the selector is wrong, or there is nothing of the type. */
  async merged(
    stores: readonly StoreLocation[],
    selection: Selection,
    type: string,
    maxNodes: number,
  ): Promise<FlameGraph> {
    const tree = new CallTree(1);
    const merging = await this.#merge(stores, tree, 0, selection, type);
    return flameGraph(tree, merging.type ?? unknownType(type), merging.types, merging.count, maxNodes);
  }

  /** As `merged`, the two sides of a difference. */
  async difference(
    stores: readonly StoreLocation[],
    left: Selection,
    right: Selection,
    type: string,
    maxNodes: number,
  ): Promise<DiffGraph> {
    const tree = new CallTree(2);
    const before = await this.#merge(stores, tree, 0, left, type);
    const after = await this.#merge(stores, tree, 1, right, type);
    const { isBounded, ...drawing } = drawDiffGraph(tree, maxNodes);
    return {
      type: flameType(before.type ?? after.type ?? unknownType(type)),
      ...drawing,
      left_merged: before.count.report(isBounded),
      right_merged: after.count.report(isBounded),
    };
  }

  /** What matches as one gzipped pprof. */
  async pprof(stores: readonly StoreLocation[], selection: Selection, type: string): Promise<Uint8Array> {
    const tree = new CallTree(1);
    const { type: found, count } = await this.#merge(stores, tree, 0, selection, type);
    const { sample_type, unit } = found ?? unknownType(type);
    const { from, until } = count.report(false);
    const facts = {
      type: { type: sample_type, unit },
      timeMs: from ?? 0,
      durationMs: (until ?? 0) - (from ?? 0),
      period: 0,
    };
    return Bun.gzipSync(encodePprof(tree, 0, facts) as Uint8Array<ArrayBuffer>);
  }

  /** One stored profile; undefined where it is not, or no longer, there. */
  async stored(
    stores: readonly StoreLocation[],
    id: string,
    type: string | undefined,
    maxNodes: number,
  ): Promise<FlameGraph | undefined> {
    for (const { reader } of this.#readers.of(stores)) {
      const found = reader.get(id);
      if (found === undefined) continue;
      const kind = found.profile.kind === "push" ? "push" : "ingest";
      const sent = sentOf({ ...found.profile, kind }, found.body);
      return this.single(sent, type, maxNodes, found.profile.received_at);
    }
    return undefined;
  }

  /**
   * One profile.
   *
   * @throws CodedError where it can't be drawn.
   */
  async single(
    sent: SentProfile,
    type: string | undefined,
    maxNodes: number,
    receivedAt: number,
  ): Promise<FlameGraph> {
    const read = await readProfile(sent);
    const chosen = type === undefined ? defaultType(read.types) : read.types.find(({ id }) => id === type);
    if (chosen === undefined) throw new CodedError("invalid_argument", whyNothing(read, type));
    const tree = new CallTree(1);
    addProfile(tree, 0, read, chosen);
    const count = new MergeCount();
    count.added(read.bytes.byteLength, receivedAt);
    return flameGraph(tree, chosen, read.types, count, maxNodes);
  }

  async #merge(
    stores: readonly StoreLocation[],
    tree: CallTree,
    side: number,
    selection: Selection,
    type: string,
  ): Promise<Merging> {
    const found = newestOf(this.#readers.of(stores), selectorOf(selection.match), selection, mostMerged + 1);
    const merging: Merging = { type: undefined, types: [], count: new MergeCount() };
    const endsAt = this.#now() + mergingMs;
    for (const [index, one] of found.entries()) {
      if (this.#types.peek(one.profile.id)?.every(({ id }) => id !== type)) continue;
      if (index >= mostMerged || merging.count.bytes > mostMergedBytes || this.#now() > endsAt)
        merging.count.leftOut += 1;
      else await this.#mergeOne(one, tree, side, type, merging);
    }
    return merging;
  }

  async #mergeOne(
    found: FoundProfile,
    tree: CallTree,
    side: number,
    type: string,
    merging: Merging,
  ): Promise<void> {
    try {
      const read = await readStored(found);
      if (read === undefined) return;
      this.#types.note(found.profile.id, read);
      const chosen = read.types.find(({ id }) => id === type);
      if (chosen === undefined) return;
      addProfile(tree, side, read, chosen);
      merging.type ??= chosen;
      if (merging.types.length === 0) merging.types = read.types;
      merging.count.added(read.bytes.byteLength, found.profile.received_at);
    } catch (thrown) {
      merging.count.failed(thrown);
    }
  }
}

interface Merging {
  /** The type as the profiles have it; undefined where none has it. */
  type: ValueOfType | undefined;
  types: readonly ValueOfType[];
  readonly count: MergeCount;
}

function flameGraph(
  tree: CallTree,
  type: FlameType,
  types: readonly FlameType[],
  count: MergeCount,
  maxNodes: number,
): FlameGraph {
  const { total, functions, nodes, isBounded } = drawFlameGraph(tree, maxNodes);
  const merged = count.report(isBounded);
  return { type: flameType(type), types: types.map(flameType), total, functions, nodes, merged };
}

function flameType({ id, sample_type, unit }: FlameType): FlameType {
  return { id, sample_type, unit };
}

/** What the id says of a type that no profile has. */
function unknownType(id: string): FlameType {
  const [, sample_type = "", unit = ""] = id.split(":");
  return { id, sample_type, unit };
}

function whyNothing({ format, types }: ReadProfile, type: string | undefined): string {
  if (types.length > 0) return `the profile has no values of the type ${type}`;
  if (format === "jfr") return "JFR is not drawn here: a viewer that reads it takes the raw profile";
  return format === "pprof"
    ? "the profile has no values"
    : `there is nothing to draw: the format is ${format}`;
}
