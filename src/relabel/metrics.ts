import { FanoutMetrics } from "../telemetry/fanout_metrics.ts";
import type { MetricScope } from "../telemetry/metric_scope.ts";

/** What happens in pyroscope.relabel, in Alloy's metrics. Profiles are bodies of /ingest and series of Push. */
export class RelabelMetrics {
  readonly #processed;
  readonly #written;
  readonly #dropped;
  readonly #hits;
  readonly #misses;
  readonly #fanout;

  /** @param cacheSize read at each scrape. */
  constructor(scope: MetricScope, cacheSize: () => number) {
    const counter = (name: string, help: string) => scope.counter(name, help, []).labels({});
    this.#processed = counter("pyroscope_relabel_profiles_processed", "Profiles received.");
    this.#written = counter("pyroscope_relabel_profiles_written", "Profiles passed on.");
    this.#dropped = counter("pyroscope_relabel_profiles_dropped", "Profiles dropped by the rules.");
    this.#hits = counter("pyroscope_relabel_cache_hits", "Label sets that were remembered.");
    this.#misses = counter("pyroscope_relabel_cache_misses", "Label sets that the rules were applied to.");
    scope.gauge("pyroscope_relabel_cache_size", "Label sets remembered.", [], (gauge) =>
      gauge.labels({}).set(cacheSize()),
    );
    this.#fanout = new FanoutMetrics(scope);
  }

  /** Profiles went through the rules: so many were passed on, and so many were not. */
  relabeled(written: number, dropped: number): void {
    this.#processed.inc(written + dropped);
    this.#written.inc(written);
    this.#dropped.inc(dropped);
  }

  lookedUp(isHit: boolean): void {
    (isHit ? this.#hits : this.#misses).inc();
  }

  /** Everything downstream is done with what was passed on; `entries` samples of Push were taken by all. */
  forwarded(seconds: number, entries: number): void {
    this.#fanout.forwarded(seconds, entries);
  }
}
