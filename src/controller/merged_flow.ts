import type { EndpointStatus, QueueStatus } from "../component/definition.ts";
import type { Health } from "../component/health.ts";
import type { EdgeCount } from "../graph/edge.ts";
import type { RecentLine } from "../telemetry/recent_lines.ts";
import type { ComponentFlow, ShardFlow } from "./shard.ts";

/** How the components of all shards do, as one. */
export interface MergedFlow {
  readonly components: ReadonlyMap<string, ComponentFlow>;
  readonly edges: readonly EdgeCount[];
}

/** Lines of one component that are kept. */
const mostLines = 20;

/** Puts together what the shards say: counts are added up, and where they differ the one that is unhealthy counts. */
export function mergeFlows(flows: readonly ShardFlow[]): MergedFlow {
  const components = new Map<string, ComponentFlow>();
  for (const flow of flows) {
    for (const one of flow.components) {
      const other = components.get(one.id);
      components.set(one.id, other === undefined ? one : mergeComponents(other, one));
    }
  }
  return { components, edges: addEdges(flows.flatMap(({ edges }) => edges)) };
}

/** Adds up the counts of equal edges. */
export function addEdges(edges: readonly EdgeCount[]): EdgeCount[] {
  const sums = new Map<string, EdgeCount>();
  for (const one of edges) {
    const key = edgeKey(one);
    const other = sums.get(key);
    const profiles = one.profiles + (other?.profiles ?? 0);
    sums.set(key, { ...one, profiles, bytes: one.bytes + (other?.bytes ?? 0) });
  }
  return [...sums.values()];
}

/** The same for all edges between the same two components. */
export function edgeKey({ from, to }: EdgeCount): string {
  return `${from} ${to}`;
}

function mergeComponents(left: ComponentFlow, right: ComponentFlow): ComponentFlow {
  return {
    id: left.id,
    address: left.address ?? right.address,
    health: worse(left.health, right.health),
    recent: newestLines([...left.recent, ...right.recent]),
    endpoints: mergeEndpoints(left.endpoints, right.endpoints),
  };
}

/** The one of two that is unhealthy. */
export function worse(left: Health, right: Health): Health {
  return left.state === "unhealthy" ? left : right;
}

function newestLines(lines: readonly RecentLine[]): readonly RecentLine[] {
  return lines.toSorted((left, right) => right.atMs - left.atMs).slice(0, mostLines);
}

function mergeEndpoints(
  left: readonly EndpointStatus[],
  right: readonly EndpointStatus[],
): readonly EndpointStatus[] {
  return left.map((one) => {
    const other = right.find(({ name }) => name === one.name);
    if (other === undefined) return one;
    return {
      name: one.name,
      url: one.url,
      failing: one.failing ?? other.failing,
      queue: mergeQueues(one.queue, other.queue),
    };
  });
}

function mergeQueues(left: QueueStatus | undefined, right: QueueStatus | undefined): QueueStatus | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  // All shards share it, and each of them tells of the whole.
  if (left.type === "jetstream" && right.type === "jetstream") return left;
  const oldest = [left.oldestMs, right.oldestMs].filter((one) => one !== undefined);
  return {
    type: left.type,
    profiles: left.profiles + right.profiles,
    bytes: left.bytes + right.bytes,
    oldestMs: oldest.length === 0 ? undefined : Math.max(...oldest),
  };
}
