import type { Gauge } from "../../telemetry/metric.ts";
import type { Aggregation } from "../../telemetry/metric_family.ts";
import type { MetricScope } from "../../telemetry/metric_scope.ts";
import type { DropReason, QueueStats } from "./queue_store.ts";

/** A queue as the metrics name it. */
export interface QueueLabels {
  readonly component_id: string;
  readonly endpoint: string;
}

/** How a queue stands at a scrape. */
export interface QueueReading {
  readonly labels: QueueLabels;
  /** Undefined where another shard tells it. */
  readonly stats: QueueStats | undefined;
  /** Age of the oldest profile in seconds; 0 where there is none. */
  readonly oldestSeconds: number;
  /** Bytes a second that the backlog may be sent with; undefined where no endpoint sends it. */
  readonly drainRate: number | undefined;
  readonly isPaused: boolean;
}

/** Upper bounds of commit times, in seconds. */
const commitBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

const names = ["component_id", "endpoint"] as const;

/** What happens in the queues of a shard. */
export class QueueMetrics {
  readonly #enqueued;
  readonly #direct;
  readonly #rejected;
  readonly #delivered;
  readonly #retried;
  readonly #dropped;
  readonly #refused;
  readonly #lettersDropped;
  readonly #commits;

  /** @param read how all queues stand; read at each scrape. */
  constructor(scope: MetricScope, read: () => readonly QueueReading[]) {
    const counter = (name: string, help: string) =>
      scope.counter(`pyroduct_write_queue_${name}`, help, names);
    const byReason = (name: string, help: string) =>
      scope.counter(`pyroduct_write_queue_${name}`, help, [...names, "reason"] as const);
    this.#enqueued = counter("enqueued_total", "Profiles that the queue took, stored or delivered before.");
    this.#direct = counter("direct_total", "Of these, profiles that were delivered and never stored.");
    this.#rejected = byReason("rejected_total", "Profiles that were not stored, and their senders told so.");
    this.#delivered = counter("delivered_total", "Queued profiles that the destination took.");
    this.#retried = counter("retried_total", "Queued profiles that were sent and stayed queued.");
    this.#dropped = byReason("dropped_total", "Queued profiles dropped without delivery.");
    this.#refused = counter("dead_letters_total", "Queued profiles that the destination refused for good.");
    this.#lettersDropped = byReason("dead_letters_dropped_total", "Dead letters dropped.");
    this.#commits = scope.histogram(
      "pyroduct_write_queue_commit_seconds",
      "How long it took until the profiles that came together were stored.",
      ["type"] as const,
      commitBuckets,
    );
    const gauge = (
      name: string,
      help: string,
      of: (reading: QueueReading) => number | undefined,
      aggregation?: Aggregation,
    ) => {
      const collect = (series: Gauge<(typeof names)[number]>) => {
        for (const reading of read()) {
          const value = of(reading);
          if (value !== undefined) series.labels(reading.labels).set(value);
        }
      };
      scope.gauge(`pyroduct_write_queue_${name}`, help, names, collect, aggregation);
    };
    gauge("profiles", "Profiles that wait or are under way.", ({ stats }) => stats?.profiles);
    gauge("bytes", "Bytes of these profiles, labels included.", ({ stats }) => stats?.bytes);
    gauge("oldest_seconds", "Age of the oldest profile.", ({ oldestSeconds }) => oldestSeconds, "max");
    gauge("dead_letters", "Dead letters kept.", ({ stats }) => stats?.deadLetters);
    gauge("dead_letter_bytes", "Bytes of dead letters kept.", ({ stats }) => stats?.deadLetterBytes);
    gauge("drain_rate", "Bytes a second that the backlog may be sent with.", ({ drainRate }) => drainRate);
    gauge(
      "paused",
      "1 while the destination refuses whoever sends.",
      ({ isPaused }) => (isPaused ? 1 : 0),
      "max",
    );
  }

  dropped(labels: QueueLabels, reason: DropReason, profiles: number): void {
    this.#dropped.labels({ ...labels, reason }).inc(profiles);
  }

  deadLettersDropped(labels: QueueLabels, reason: DropReason, profiles: number): void {
    this.#lettersDropped.labels({ ...labels, reason }).inc(profiles);
  }

  /** Profiles were stored together, in so many seconds. */
  committed(type: string, seconds: number): void {
    this.#commits.labels({ type }).observe(seconds);
  }

  /** Metrics of the queue of one endpoint. */
  pump(labels: QueueLabels): PumpMetrics {
    const enqueued = this.#enqueued.labels(labels);
    const direct = this.#direct.labels(labels);
    const delivered = this.#delivered.labels(labels);
    const retried = this.#retried.labels(labels);
    const refused = this.#refused.labels(labels);
    return {
      enqueued: (isStored) => {
        enqueued.inc();
        if (!isStored) direct.inc();
      },
      rejected: (reason) => this.#rejected.labels({ ...labels, reason }).inc(),
      delivered: (profiles) => delivered.inc(profiles),
      retried: (profiles) => retried.inc(profiles),
      refused: () => refused.inc(),
    };
  }
}

/** What happens in one queue; each call is one occurrence. */
export interface PumpMetrics {
  /** @param isStored whether it is, or will be, stored: it was not delivered before. */
  enqueued(isStored: boolean): void;
  rejected(reason: "full" | "failed" | "too_slow"): void;
  delivered(profiles: number): void;
  retried(profiles: number): void;
  refused(): void;
}
