import type { StoreLocation } from "../../controller/shard.ts";
import type { TimeRange } from "../../local_store/profile_reader.ts";
import type { DiffGraph, FlameGraph } from "../api/flame_graph.ts";
import type {
  LabelNames,
  LabelValues,
  ProfilePage,
  ProfileParts,
  ProfileTypes,
  Services,
} from "../api/store.ts";
import type { SentBody } from "../pprof/body_parts.ts";
import type { SentProfile } from "../pprof/read_profile.ts";
import { GraphQueries } from "./graph_queries.ts";
import { PartQueries, type RawPart } from "./part_queries.ts";
import { type PageQuery, type Selection, StoreQueries } from "./store_queries.ts";
import { StoreReaders } from "./store_readers.ts";
import { TypeIndex } from "./type_index.ts";

/**
 * All that can be asked of stores and of single profiles. Questions and answers are plain data: it is done beside
 * the serving thread.
 */
export interface StoreCalls {
  page(stores: readonly StoreLocation[], query: PageQuery): Promise<ProfilePage>;
  services(stores: readonly StoreLocation[], range: TimeRange): Promise<Services>;
  types(stores: readonly StoreLocation[], selection: Selection): Promise<ProfileTypes>;
  labelNames(stores: readonly StoreLocation[], selection: Selection): Promise<LabelNames>;
  labelValues(stores: readonly StoreLocation[], selection: Selection, name: string): Promise<LabelValues>;
  flameGraph(
    stores: readonly StoreLocation[],
    selection: Selection,
    type: string,
    maxNodes: number,
  ): Promise<FlameGraph>;
  difference(
    stores: readonly StoreLocation[],
    left: Selection,
    right: Selection,
    type: string,
    maxNodes: number,
  ): Promise<DiffGraph>;
  pprof(stores: readonly StoreLocation[], selection: Selection, type: string): Promise<Uint8Array>;
  /** Undefined where the profile is not, or no longer, there; so for the parts of it. */
  storedGraph(
    stores: readonly StoreLocation[],
    id: string,
    type: string | undefined,
    maxNodes: number,
  ): Promise<FlameGraph | undefined>;
  storedParts(stores: readonly StoreLocation[], id: string): Promise<ProfileParts | undefined>;
  storedPart(
    stores: readonly StoreLocation[],
    id: string,
    name: string | undefined,
  ): Promise<RawPart | undefined>;
  sentGraph(
    sent: SentProfile,
    type: string | undefined,
    maxNodes: number,
    receivedAt: number,
  ): Promise<FlameGraph>;
  sentPart(sent: SentBody, name: string | undefined): Promise<RawPart>;
}

/** Does it here and now. */
export function storeCalls(now: () => number): StoreCalls {
  const readers = new StoreReaders();
  const types = new TypeIndex();
  const queries = new StoreQueries(readers, types, now);
  const graphs = new GraphQueries(readers, types, now);
  const parts = new PartQueries(readers);
  return {
    page: (stores, query) => queries.page(stores, query),
    services: async (stores, range) => queries.services(stores, range),
    types: (stores, selection) => queries.types(stores, selection),
    labelNames: async (stores, selection) => queries.labelNames(stores, selection),
    labelValues: async (stores, selection, name) => queries.labelValues(stores, selection, name),
    flameGraph: (stores, selection, type, maxNodes) => graphs.merged(stores, selection, type, maxNodes),
    difference: (stores, left, right, type, maxNodes) =>
      graphs.difference(stores, left, right, type, maxNodes),
    pprof: (stores, selection, type) => graphs.pprof(stores, selection, type),
    storedGraph: (stores, id, type, maxNodes) => graphs.stored(stores, id, type, maxNodes),
    storedParts: (stores, id) => parts.parts(stores, id),
    storedPart: (stores, id, name) => parts.stored(stores, id, name),
    sentGraph: (sent, type, maxNodes, receivedAt) => graphs.single(sent, type, maxNodes, receivedAt),
    sentPart: (sent, name) => parts.single(sent, name),
  };
}
