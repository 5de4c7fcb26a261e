import type { ProfileSize } from "../profile/profile.ts";
import type { HistogramSeries } from "../telemetry/metric.ts";
import { defaultBuckets, type MetricScope } from "../telemetry/metric_scope.ts";

/** How the two kinds are called in `pyroscope_write_latency`. */
export type WriteKind = "ingest" | "push";

/** What happens in pyroscope.write, in Alloy's metrics. */
export class WriteMetrics {
  readonly #scope: MetricScope;
  readonly #sentBytes;
  readonly #sentProfiles;
  readonly #droppedBytes;
  readonly #droppedProfiles;
  readonly #retries;
  readonly #latency;
  readonly #total: SeriesByKind;
  readonly #debugInfoBytes;

  constructor(scope: MetricScope) {
    this.#scope = scope;
    const labels = ["endpoint"] as const;
    this.#sentBytes = scope.counter(
      "pyroscope_write_sent_bytes_total",
      "Bytes of profiles sent to Pyroscope.",
      labels,
    );
    this.#sentProfiles = scope.counter(
      "pyroscope_write_sent_profiles_total",
      "Profiles sent to Pyroscope.",
      labels,
    );
    this.#droppedBytes = scope.counter(
      "pyroscope_write_dropped_bytes_total",
      "Bytes of profiles not delivered.",
      labels,
    );
    this.#droppedProfiles = scope.counter(
      "pyroscope_write_dropped_profiles_total",
      "Profiles not delivered.",
      labels,
    );
    this.#retries = scope.counter("pyroscope_write_retries_total", "Attempts after the first.", labels);
    this.#latency = scope.histogram(
      "pyroscope_write_latency",
      "Seconds that sending profiles took: all in all, for each endpoint, and for each attempt.",
      ["endpoint", "type"] as const,
      defaultBuckets,
    );
    this.#total = this.#byKind((kind) => ({ endpoint: "-", type: `${kind}_total` }));
    this.#debugInfoBytes = scope
      .counter("pyroscope_ebpf_debug_info_upload_bytes_total", "Bytes of debug information uploaded.", [])
      .labels({});
  }

  /** The whole write finished, all endpoints. */
  finished(kind: WriteKind, seconds: number): void {
    this.#total[kind].observe(seconds);
  }

  debugInfoUploaded(bytes: number): void {
    this.#debugInfoBytes.inc(bytes);
  }

  /** Metrics of one endpoint, by its name or URL. */
  endpoint(endpoint: string): EndpointMetrics {
    const labels = { endpoint };
    const sentBytes = this.#sentBytes.labels(labels);
    const sentProfiles = this.#sentProfiles.labels(labels);
    const droppedBytes = this.#droppedBytes.labels(labels);
    const droppedProfiles = this.#droppedProfiles.labels(labels);
    const retries = this.#retries.labels(labels);
    const attempts = this.#byKind((kind) => ({ endpoint, type: `${kind}_downstream` }));
    const wholes = this.#byKind((kind) => ({ endpoint, type: `${kind}_endpoint` }));
    return {
      sent: (size) => {
        sentBytes.inc(size.bytes);
        sentProfiles.inc(size.samples);
      },
      dropped: (size) => {
        droppedBytes.inc(size.bytes);
        droppedProfiles.inc(size.samples);
      },
      retried: () => retries.inc(),
      attempted: (kind, seconds) => attempts[kind].observe(seconds),
      finished: (kind, seconds) => wholes[kind].observe(seconds),
    };
  }

  /** The families as they stand; for tests. */
  families() {
    return this.#scope.families();
  }

  #byKind(labels: (kind: WriteKind) => { endpoint: string; type: string }): SeriesByKind {
    return { ingest: this.#latency.labels(labels("ingest")), push: this.#latency.labels(labels("push")) };
  }
}

type SeriesByKind = Readonly<Record<WriteKind, HistogramSeries>>;

/** What happens at one endpoint; each call is one occurrence. Times are in seconds. */
export interface EndpointMetrics {
  sent(size: ProfileSize): void;
  dropped(size: ProfileSize): void;
  retried(): void;
  attempted(kind: WriteKind, seconds: number): void;
  finished(kind: WriteKind, seconds: number): void;
}
