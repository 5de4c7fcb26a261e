import { afterAll, beforeAll } from "bun:test";
import { eventually } from "../base/eventually.ts";
import { type PyroductConfig, PyroductProcess } from "../wire/pyroduct_process.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { grpcAddress } from "./grpc_address.ts";

const hookTimeoutMs = 40_000;

/** The arguments of one receiver, where they are not the defaults. */
export interface ReceiverOptions {
  readonly http?: PyroductConfig;
  readonly grpc?: PyroductConfig;
}

/** Receivers by their labels, all of them on ports of 127.0.0.1 that the system chooses. */
export type Receivers = Readonly<Record<string, ReceiverOptions>>;

/** A pyroduct that forwards from receivers with gRPC to one sink. */
export class GrpcBed implements AsyncDisposable {
  readonly pyroduct: PyroductProcess;
  readonly sink: RecordingSink;
  #configFile: string | undefined;

  private constructor(pyroduct: PyroductProcess, sink: RecordingSink) {
    this.pyroduct = pyroduct;
    this.sink = sink;
  }

  /** Starts both. */
  static async start(receivers: Receivers): Promise<GrpcBed> {
    const sink = await RecordingSink.start();
    try {
      return new GrpcBed(await PyroductProcess.start(grpcConfig(sink.url, receivers)), sink);
    } catch (error) {
      await sink[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** `host:port` of a receiver's main port. */
  main(label: string): string {
    return this.pyroduct.address((id) => id === componentId(label));
  }

  /** `host:port` of a receiver's gRPC port. */
  grpc(label: string): string {
    return grpcAddress(this.pyroduct, componentId(label));
  }

  /** The value of a metric's series at this moment; 0 where there is none. */
  async metric(name: string, labels: Readonly<Record<string, string>>): Promise<number> {
    const response = await fetch(`http://${this.pyroduct.admin}/metrics`);
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const line = (await response.text())
      .split("\n")
      .find((one) => one.startsWith(`${name}{`) && wanted.every((label) => one.includes(label)));
    return Number(line?.split(" ").at(-1) ?? 0);
  }

  /** Has pyroduct change to other receivers. */
  async reload(receivers: Receivers): Promise<{ readonly status: number; readonly text: string }> {
    this.#configFile ??= await this.#findConfig();
    await Bun.write(this.#configFile, JSON.stringify(grpcConfig(this.sink.url, receivers)));
    const response = await fetch(`http://${this.pyroduct.admin}/-/reload`, { method: "POST" });
    return { status: response.status, text: await response.text() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pyroduct[Symbol.asyncDispose]();
    await this.sink[Symbol.asyncDispose]();
  }

  // The log says where the configuration is each time that it is read again.
  async #findConfig(): Promise<string> {
    const reloads = () => this.pyroduct.log.filter(({ msg }) => msg === "configuration reloaded");
    process.kill(this.pyroduct.pid, "SIGHUP");
    await eventually("a reload", () => reloads().length > 0);
    return String(reloads()[0]?.["file"]);
  }
}

/** One bed for all tests of the enclosing `describe`, from its first to its last. */
export function useGrpcBed(receivers: Receivers): () => GrpcBed {
  const resources = new AsyncDisposableStack();
  let bed: GrpcBed | undefined;
  beforeAll(async () => {
    bed = resources.use(await GrpcBed.start(receivers));
  }, hookTimeoutMs);
  afterAll(() => resources.disposeAsync(), hookTimeoutMs);
  return () => {
    if (bed === undefined) throw new Error("pyroduct did not start");
    return bed;
  };
}

/** A configuration in which these receivers forward to one endpoint, which gets one attempt for each profile. */
export function grpcConfig(sinkUrl: string, receivers: Receivers): PyroductConfig {
  const complete = Object.entries(receivers).map(([label, { http = {}, grpc = {} }]) => [
    label,
    {
      http: { listen_address: "127.0.0.1", listen_port: 0, ...http },
      grpc,
      forward_headers: ["X-Scope-OrgID"],
      forward_to: ["pyroscope.write.w.receiver"],
    },
  ]);
  return {
    "pyroscope.receive_http": Object.fromEntries(complete),
    "pyroscope.write": { w: { endpoint: { url: sinkUrl, max_backoff_retries: 1 } } },
  };
}

function componentId(label: string): string {
  return `pyroscope.receive_http.${label}`;
}
