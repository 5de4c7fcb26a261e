import { afterAll, beforeAll } from "bun:test";
import { type PyroductConfig, PyroductProcess } from "./pyroduct_process.ts";
import { RecordingSink, type SinkScript } from "./recording_sink.ts";

const hookTimeoutMs = 40_000;

/** What a bed is made of, where it is not the defaults. */
export interface BedOptions {
  /** Arguments of the receiver's `http` block. */
  readonly http?: PyroductConfig;
  /** Arguments of the endpoint that is the sink. */
  readonly endpoint?: PyroductConfig;
  readonly sink?: SinkScript;
}

/** A pyroduct that forwards from one receiver to one sink. */
export class ReceiverBed implements AsyncDisposable {
  readonly pyroduct: PyroductProcess;
  readonly sink: RecordingSink;

  private constructor(pyroduct: PyroductProcess, sink: RecordingSink) {
    this.pyroduct = pyroduct;
    this.sink = sink;
  }

  /** Starts both. */
  static async start(options: BedOptions = {}): Promise<ReceiverBed> {
    const sink = await RecordingSink.start(options.sink);
    try {
      const config = receiverConfig([{ url: sink.url, ...options.endpoint }], options.http);
      return new ReceiverBed(await PyroductProcess.start(config), sink);
    } catch (error) {
      await sink[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** `host:port` to send profiles to. */
  get address(): string {
    return this.pyroduct.receiver;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pyroduct[Symbol.asyncDispose]();
    await this.sink[Symbol.asyncDispose]();
  }
}

/** One bed for all tests of the enclosing `describe`, from its first to its last. */
export function useReceiverBed(options: BedOptions = {}): () => ReceiverBed {
  const resources = new AsyncDisposableStack();
  let bed: ReceiverBed | undefined;
  beforeAll(async () => {
    bed = resources.use(await ReceiverBed.start(options));
  }, hookTimeoutMs);
  afterAll(async () => {
    await resources.disposeAsync();
  }, hookTimeoutMs);
  return () => {
    if (bed === undefined) throw new Error("pyroduct did not start");
    return bed;
  };
}

/** One receiver on a free port, and one pyroscope.write with these endpoints. */
export function receiverConfig(
  endpoint: PyroductConfig | readonly PyroductConfig[],
  http: PyroductConfig = {},
): PyroductConfig {
  return {
    "pyroscope.receive_http": {
      r: {
        http: { listen_address: "127.0.0.1", listen_port: 0, ...http },
        forward_to: ["pyroscope.write.w.receiver"],
      },
    },
    "pyroscope.write": { w: { endpoint } },
  };
}
