import type { MetricScope } from "../telemetry/metric_scope.ts";

/** Read at each scrape. */
export interface StoreNumbers {
  bytes(): number;
  count(): number;
}

/** What happens in pyroscope.local_store. */
export class LocalStoreMetrics {
  readonly #stored;
  readonly #removed;

  constructor(scope: MetricScope, numbers: StoreNumbers) {
    const counter = (name: string, help: string) => scope.counter(name, help, []).labels({});
    this.#stored = counter("pyroduct_local_store_profiles_stored_total", "Profiles stored.");
    this.#removed = counter(
      "pyroduct_local_store_profiles_removed_total",
      "Profiles removed because of their age or for room.",
    );
    scope.gauge("pyroduct_local_store_bytes", "Bytes of profiles kept.", [], (gauge) => {
      gauge.labels({}).set(numbers.bytes());
    });
    scope.gauge("pyroduct_local_store_profiles", "Profiles kept.", [], (gauge) => {
      gauge.labels({}).set(numbers.count());
    });
  }

  stored(profiles: number): void {
    this.#stored.inc(profiles);
  }

  removed(profiles: number): void {
    this.#removed.inc(profiles);
  }
}
