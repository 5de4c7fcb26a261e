import type { ComponentContext } from "../component/definition.ts";
import { FanoutMetrics } from "../telemetry/fanout_metrics.ts";

/** What happens in pyroscope.enrich, in Alloy's metrics and the log. */
export class EnrichMetrics {
  readonly #context: ComponentContext;
  readonly #fanout;

  constructor(context: ComponentContext) {
    this.#context = context;
    this.#fanout = new FanoutMetrics(context.metrics);
  }

  /** Everything downstream is done with a profile; `entries` samples of Push were taken by all. */
  forwarded(seconds: number, entries: number): void {
    this.#fanout.forwarded(seconds, entries);
  }

  /** A file of targets has changed and was read. */
  fileRead(file: string, targets: number): void {
    this.#context.log.info("read the targets again", { file, targets });
  }

  /** A file of targets has changed and can't be read. */
  fileBroken(file: string, reason: string): void {
    this.#context.log.warn("can't read the targets, those from before stay", { file, reason });
  }
}
