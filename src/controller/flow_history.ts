import type { EdgeCount } from "../graph/edge.ts";
import { addEdges, edgeKey } from "./merged_flow.ts";
import type { ShardFlow } from "./shard.ts";

/**
 * What had passed in processes that have ended when they were last looked at. Without it what has passed in all would
 * fall when one of them ends, or can't be asked for a moment, and rise at once when it is there again.
 */
export class FlowHistory {
  #ended: readonly EdgeCount[] = [];
  #latest: readonly EdgeCount[] = [];

  /** Takes down what the process that runs says; returns that and all that has passed before it. */
  note(flow: ShardFlow): ShardFlow {
    this.#latest = flow.edges;
    const edges = new Set(flow.edges.map(edgeKey));
    // What a reload has taken out does not count any more.
    this.#ended = this.#ended.filter((edge) => edges.has(edgeKey(edge)));
    return { ...flow, edges: this.known.edges };
  }

  /** The process has ended. */
  end(): void {
    this.#ended = this.known.edges;
    this.#latest = [];
  }

  /** All that is known while the process can't be asked. */
  get known(): ShardFlow {
    return { components: [], edges: addEdges([...this.#latest, ...this.#ended]) };
  }
}
