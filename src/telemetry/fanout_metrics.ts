import { defaultBuckets, type MetricScope } from "./metric_scope.ts";

/** What a component that forwards to others tells of what it forwarded, in Alloy's metrics. */
export class FanoutMetrics {
  readonly #latency;
  readonly #entries;

  constructor(scope: MetricScope) {
    const help = "Seconds until all receivers were done with a profile.";
    this.#latency = scope.histogram("pyroscope_fanout_latency", help, [], defaultBuckets).labels({});
    this.#entries = scope
      .counter("pyroscope_forwarded_entries_total", "Samples of Push that all receivers took.", [])
      .labels({});
  }

  /** Everything downstream is done with what was passed on; `entries` samples of Push were taken by all. */
  forwarded(seconds: number, entries: number): void {
    this.#latency.observe(seconds);
    this.#entries.inc(entries);
  }
}
