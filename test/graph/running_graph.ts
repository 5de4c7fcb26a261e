import { systemClock } from "../../src/base/clock.ts";
import { wholeShare } from "../../src/base/share.ts";
import { componentDefinitions } from "../../src/components.ts";
import { Pipeline } from "../../src/graph/pipeline.ts";
import { ListenerPool } from "../../src/http/listener.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { componentsOf } from "../config/loaded.ts";
import { RecordedLog } from "../telemetry/recorded_log.ts";

/** A pipeline of real components on real sockets. */
export class RunningGraph implements AsyncDisposable {
  readonly log = new RecordedLog();
  readonly pipeline: Pipeline;
  readonly #folder = new TemporaryFolder();

  /**
   * @param storagePath where state is kept; a folder that is gone with the graph where none is given.
   * @param adoptedPaths folders of graphs that are gone.
   */
  constructor(storagePath?: string, adoptedPaths: readonly string[] = []) {
    this.pipeline = new Pipeline({
      definitions: componentDefinitions,
      clock: systemClock,
      log: this.log,
      storagePath: storagePath ?? this.#folder.path,
      adoptedPaths,
      share: wholeShare,
      listeners: new ListenerPool(),
    });
  }

  /** Starts a pipeline with this configuration. */
  static async start(
    config: unknown,
    storagePath?: string,
    adoptedPaths?: readonly string[],
  ): Promise<RunningGraph> {
    const graph = new RunningGraph(storagePath, adoptedPaths);
    try {
      await graph.reload(config);
      return graph;
    } catch (thrown) {
      await graph[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** Changes to another configuration. */
  async reload(config: unknown): Promise<void> {
    await this.pipeline.apply(componentsOf(JSON.stringify(config)));
  }

  /** `host:port` of a receiver, by its label. */
  receiver(label = "r"): string {
    return this.pipeline.running.get(`pyroscope.receive_http.${label}`)?.component.address ?? "";
  }

  /** Sends a profile to a receiver. */
  async ingest(label = "r"): Promise<Response> {
    return await fetch(`http://${this.receiver(label)}/ingest?name=app`, { method: "POST", body: "profile" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pipeline.stop(0);
    this.#folder[Symbol.dispose]();
  }
}

/** A receiver at a port of 127.0.0.1 that forwards to components of pyroscope.write by their labels. */
export function receiverArguments(port: number, forwardTo: readonly string[], http: object = {}): object {
  return {
    http: { listen_address: "127.0.0.1", listen_port: port, ...http },
    forward_to: forwardTo.map((label) => `pyroscope.write.${label}.receiver`),
  };
}

/** A pyroscope.write with one endpoint. */
export function writeArguments(url: string, more: object = {}): object {
  return { endpoint: { url, ...more } };
}
