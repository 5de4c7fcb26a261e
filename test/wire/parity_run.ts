import { type ParityCase, type SinkName, sinkNames } from "./parity_case.ts";
import { type PyroductConfig, PyroductProcess } from "./pyroduct_process.ts";
import { type RawResponse, sendRaw } from "./raw_request.ts";
import type { Recording } from "./recording.ts";
import { RecordingSink } from "./recording_sink.ts";

/** What was seen of pyroduct in one case. */
export interface Observation {
  readonly answer: RawResponse;
  readonly sinks: Readonly<Record<SinkName, Recording>>;
}

/** One configuration's pyroduct with its destinations. Cases go through it one after another. */
export class ParityRun implements AsyncDisposable {
  readonly #sinks: Readonly<Record<SinkName, RecordingSink>>;
  readonly #pyroduct: PyroductProcess;

  private constructor(sinks: Readonly<Record<SinkName, RecordingSink>>, pyroduct: PyroductProcess) {
    this.#sinks = sinks;
    this.#pyroduct = pyroduct;
  }

  /** Starts everything. */
  static async start(config: PyroductConfig): Promise<ParityRun> {
    const sinks = { a: await RecordingSink.start(), b: await RecordingSink.start() };
    try {
      return new ParityRun(sinks, await PyroductProcess.start(withLocalAddresses(config, sinks)));
    } catch (error) {
      await disposeAll(Object.values(sinks));
      throw error;
    }
  }

  /** Puts the case's request through. */
  async observe({ request, downstream_answers: answers }: ParityCase): Promise<Observation> {
    const script = (name: SinkName) => this.#sinks[name].script({ answers: answers[name] ?? [] });
    const sinks = { a: script("a"), b: script("b") };
    const { method, target, headers, body_base64: body } = request;
    const answer = await sendRaw(this.#pyroduct.receiver, {
      method,
      target,
      headers,
      body: Buffer.from(body, "base64"),
    });
    return { answer, sinks };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await disposeAll([this.#pyroduct, ...Object.values(this.#sinks)]);
  }
}

async function disposeAll(resources: readonly AsyncDisposable[]): Promise<void> {
  await Promise.all(resources.map((resource) => resource[Symbol.asyncDispose]()));
}

/** The recorded configuration with the destinations' real addresses, on a port that is free. */
function withLocalAddresses(
  config: PyroductConfig,
  sinks: Readonly<Record<SinkName, RecordingSink>>,
): PyroductConfig {
  return JSON.parse(JSON.stringify(config), (key, value: unknown) => {
    if (key === "listen_port") return 0;
    if (key !== "url" || typeof value !== "string") return value;
    return sinkNames.reduce((url, name) => url.replace(`http://${name}:4040`, sinks[name].url), value);
  }) as PyroductConfig;
}
