import type { QueueInfo, Queues } from "../../../src/component/queues.ts";
import { eventually } from "../../base/eventually.ts";
import { RunningGraph, receiverArguments } from "../../graph/running_graph.ts";

/** What is written below `endpoint` in a configuration. */
export type EndpointConfig = Readonly<Record<string, unknown>>;

/** Waits so short that a test need not wait. */
export const quick = { min_backoff_period: "20ms", max_backoff_period: "50ms" };

/** A receiver on a free port that forwards to these endpoints. */
export function queuedConfig(endpoint: readonly EndpointConfig[], receiver: object = {}): object {
  return {
    "pyroscope.receive_http": { r: { ...receiverArguments(0, ["w"]), ...receiver } },
    "pyroscope.write": { w: { endpoint: endpoint.map((one) => ({ ...quick, ...one })) } },
  };
}

/** A pipeline with queues, on real sockets and a real disk. */
export class QueuedGraph implements AsyncDisposable {
  readonly graph: RunningGraph;

  private constructor(graph: RunningGraph) {
    this.graph = graph;
  }

  static async start(
    config: object,
    storagePath?: string,
    adoptedPaths?: readonly string[],
  ): Promise<QueuedGraph> {
    return new QueuedGraph(await RunningGraph.start(config, storagePath, adoptedPaths));
  }

  get queues(): Queues {
    const [queues] = this.graph.pipeline.shared.flatMap(({ part }) => part.queues ?? []);
    if (queues === undefined) throw new Error("nothing has queues");
    return queues;
  }

  /** A queue by its endpoint; undefined where there is none. */
  queue(endpoint = "e"): QueueInfo | undefined {
    return this.queues.list().find((queue) => queue.endpoint === endpoint);
  }

  /** Sends profiles of /ingest; the status of each answer. */
  async ingest(count = 1, headers: Readonly<Record<string, string>> = {}): Promise<number[]> {
    const answers = Array.from({ length: count }, async (_, index) => {
      const url = `http://${this.graph.receiver()}/ingest?name=app%7Bn%3D${index}%7D`;
      return (await fetch(url, { method: "POST", body: `profile ${index}`, headers })).status;
    });
    return await Promise.all(answers);
  }

  /** Waits until a queue holds so many profiles. */
  async holds(profiles: number, endpoint = "e"): Promise<void> {
    await eventually(`${profiles} queued profiles`, () => this.queue(endpoint)?.profiles === profiles);
  }

  health(): string {
    const health = this.graph.pipeline.running.get("pyroscope.write.w")?.component.health();
    return `${health?.state}: ${health?.message}`;
  }

  /** Everything that /metrics says of the queues, a line each, without component and endpoint. */
  async metrics(): Promise<string[]> {
    const families = await Promise.all(this.graph.pipeline.shared.map(({ metrics }) => metrics.families()));
    return families.flat().flatMap(({ samples }) =>
      samples.map(({ name, labels, value }) => {
        const { component_id: _, endpoint: __, ...others } = labels;
        return `${name}${JSON.stringify(others)} ${value}`;
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.graph[Symbol.asyncDispose]();
  }
}
