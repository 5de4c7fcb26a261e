import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { Logger } from "./log.ts";

type OnExported = Parameters<SpanExporter["export"]>[1];
type ExportResult = Parameters<OnExported>[0];

/** ExportResultCode.SUCCESS of @opentelemetry/core. */
const exported = 0;

/** Hands spans on to an exporter, and logs when that begins to fail and when it works again. */
export class LoggedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #destination: string;
  readonly #log: Logger;
  #isFailing = false;

  constructor(exporter: SpanExporter, destination: string, log: Logger) {
    this.#exporter = exporter;
    this.#destination = destination;
    this.#log = log;
  }

  export(spans: ReadableSpan[], onExported: OnExported): void {
    this.#exporter.export(spans, (result) => {
      this.#note(result);
      onExported(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #note(result: ExportResult): void {
    const isFailing = result.code !== exported;
    if (isFailing === this.#isFailing) return;
    this.#isFailing = isFailing;
    const destination = this.#destination;
    if (isFailing)
      this.#log.warn("spans can't be sent", { destination, reason: result.error?.message ?? "unknown" });
    else this.#log.info("spans are sent again", { destination });
  }
}
