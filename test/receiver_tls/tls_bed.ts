import { type AdminAnswer, RunningConfig } from "../reload/running_config.ts";
import { type PyroductConfig, PyroductProcess } from "../wire/pyroduct_process.ts";
import type { RawRequest } from "../wire/raw_request.ts";
import { RecordingSink } from "../wire/recording_sink.ts";
import { ReceiverCertificates } from "./receiver_certificates.ts";

/** The `http` blocks of receivers, by their labels; the port is free where they do not say which. */
export type HttpBlocks = Readonly<Record<string, PyroductConfig>>;

/** The `tls` blocks of receivers, by their labels; no block for clear text. */
export type TlsBlocks = Readonly<Record<string, PyroductConfig | undefined>>;

/** The receivers' `http` blocks with nothing but these in them. */
export function withTls(blocks: TlsBlocks): HttpBlocks {
  const entries = Object.entries(blocks);
  return Object.fromEntries(entries.map(([label, tls]) => [label, tls === undefined ? {} : { tls }]));
}

/** A profile on its way. */
export const ingestRequest: RawRequest = {
  method: "POST",
  target: "/ingest?name=app",
  body: Buffer.from("profile"),
};

/** A pyroduct with receivers that differ in their `http` blocks alone, all of which forward to one sink. */
export class TlsBed implements AsyncDisposable {
  readonly certificates: ReceiverCertificates;
  readonly pyroduct: PyroductProcess;
  readonly sink: RecordingSink;
  readonly #config: RunningConfig;
  #blocks: HttpBlocks;

  private constructor(
    certificates: ReceiverCertificates,
    sink: RecordingSink,
    pyroduct: PyroductProcess,
    blocks: HttpBlocks,
  ) {
    this.certificates = certificates;
    this.sink = sink;
    this.pyroduct = pyroduct;
    this.#config = new RunningConfig(pyroduct);
    this.#blocks = blocks;
  }

  static async start(blocksFor: (certificates: ReceiverCertificates) => HttpBlocks): Promise<TlsBed> {
    const certificates = new ReceiverCertificates();
    const sink = await RecordingSink.start();
    const blocks = blocksFor(certificates);
    const pyroduct = await PyroductProcess.start(configOf(blocks, sink.url));
    return new TlsBed(certificates, sink, pyroduct, blocks);
  }

  /** `host:port` of a receiver. */
  address(label: string): string {
    return this.pyroduct.address((id) => id === `pyroscope.receive_http.${label}`);
  }

  /** Gives a receiver other arguments besides those that it has, or takes it out of the configuration. */
  async reload(label: string, change: PyroductConfig | "dropped"): Promise<void> {
    const { [label]: block, ...rest } = this.#blocks;
    this.#blocks = change === "dropped" ? rest : { ...rest, [label]: { ...block, ...change } };
    this.#config.replace(configOf(this.#blocks, this.sink.url));
    const { status, text } = await this.#config.reload();
    if (status !== 200) throw new Error(text);
  }

  /** What the admin server says of the health. */
  health(): Promise<AdminAnswer> {
    return this.#config.health();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pyroduct[Symbol.asyncDispose]();
    await this.sink[Symbol.asyncDispose]();
    this.certificates[Symbol.dispose]();
  }
}

function configOf(blocks: HttpBlocks, sinkUrl: string): PyroductConfig {
  const receivers = Object.entries(blocks).map(([label, block]) => {
    const http = { listen_address: "127.0.0.1", listen_port: 0, ...block };
    return [label, { http, forward_to: ["pyroscope.write.w.receiver"] }] as const;
  });
  return {
    "pyroscope.receive_http": Object.fromEntries(receivers),
    "pyroscope.write": { w: { endpoint: { url: sinkUrl } } },
  };
}
