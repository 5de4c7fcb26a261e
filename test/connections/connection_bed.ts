import { parseExposition, sampleValue } from "../metrics/exposition.ts";
import { type PyroductConfig, PyroductProcess } from "../wire/pyroduct_process.ts";
import type { RawRequest } from "../wire/raw_request.ts";
import { RecordingSink, type SinkScript } from "../wire/recording_sink.ts";

/** A profile on its way. */
export const ingestRequest: RawRequest = {
  method: "POST",
  target: "/ingest?name=app",
  body: Buffer.from("profile"),
};

/** The `http` blocks of receivers, by their labels; the port is free where they do not say which. */
export type HttpBlocks = Readonly<Record<string, PyroductConfig>>;

/** A destination and the receivers before it. */
export interface ReceiverGroup {
  readonly blocks: HttpBlocks;
  readonly script?: SinkScript;
}

/** A pyroduct with receivers that differ in their `http` blocks and in where they forward to. */
export class ConnectionBed implements AsyncDisposable {
  readonly pyroduct: PyroductProcess;
  readonly #sinks: ReadonlyMap<string, RecordingSink>;

  private constructor(pyroduct: PyroductProcess, sinks: ReadonlyMap<string, RecordingSink>) {
    this.pyroduct = pyroduct;
    this.#sinks = sinks;
  }

  /** @param groups by the names of destinations: what each does, and the receivers that forward to it. */
  static async start(groups: Readonly<Record<string, ReceiverGroup>>): Promise<ConnectionBed> {
    const sinks = new Map<string, RecordingSink>();
    const receivers: Record<string, PyroductConfig> = {};
    const writes: Record<string, PyroductConfig> = {};
    for (const [name, { blocks, script = {} }] of Object.entries(groups)) {
      const sink = await RecordingSink.start(script);
      sinks.set(name, sink);
      writes[name] = { endpoint: { url: sink.url, remote_timeout: "30s" } };
      const forward_to = [`pyroscope.write.${name}.receiver`];
      for (const [label, block] of Object.entries(blocks)) {
        const http = { listen_address: "127.0.0.1", listen_port: 0, ...block };
        receivers[label] = { http, forward_to, graceful_shutdown_timeout: "0s" };
      }
    }
    const config = { "pyroscope.receive_http": receivers, "pyroscope.write": writes };
    return new ConnectionBed(await PyroductProcess.start(config), sinks);
  }

  /** A destination. */
  sink(name: string): RecordingSink {
    const sink = this.#sinks.get(name);
    if (sink === undefined) throw new Error(`there is no destination ${name}`);
    return sink;
  }

  /** `host:port` of a receiver. */
  address(label: string): string {
    return this.pyroduct.address((id) => id === `pyroscope.receive_http.${label}`);
  }

  /** A number of a receiver, from /metrics. */
  async number(label: string, name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const response = await fetch(`http://${this.pyroduct.admin}/metrics`);
    const exposition = parseExposition(await response.text());
    const component_id = `pyroscope.receive_http.${label}`;
    return sampleValue(exposition, name, { ...labels, component_id }) ?? Number.NaN;
  }

  /** How many connections a receiver says that it has. */
  connections(label: string): Promise<number> {
    return this.number(label, "pyroscope_receive_http_tcp_connections", { protocol: "http" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pyroduct[Symbol.asyncDispose]();
    await Promise.all([...this.#sinks.values()].map((sink) => sink[Symbol.asyncDispose]()));
  }
}
