/** Chosen metrics of the last 15 minutes, sampled every `step_ms`. */
export interface MetricHistory {
  readonly step_ms: number;
  /** When each sample was taken, the oldest first; at most 180. */
  readonly times: readonly number[];
  readonly series: readonly MetricSeries[];
}

/** One line of a chart. */
export interface MetricSeries {
  /** `pyroscope.write.default`; `process` for the process itself. */
  readonly component: string;
  readonly metric: ChartedMetric;
  /** The endpoint that it is of; null where it is of the component as a whole. */
  readonly endpoint: string | null;
  readonly unit: MetricUnit;
  /** A value for each of `times`; null where there was none. */
  readonly values: readonly (number | null)[];
}

/** What is charted; rates are averaged over the step. */
export type ChartedMetric =
  | "profiles_received"
  | "bytes_received"
  | "requests_refused"
  | "profiles_passed"
  | "profiles_dropped"
  | "profiles_sent"
  | "bytes_sent"
  | "profiles_failed"
  | "retries"
  | "profiles_stored"
  | "bytes_stored"
  | "queue_profiles"
  | "queue_bytes"
  | "queue_oldest"
  | "cpu"
  | "memory";

/** What the values count. `cores` is CPU seconds in a second. */
export type MetricUnit = "profiles/s" | "bytes/s" | "requests/s" | "profiles" | "bytes" | "seconds" | "cores";

/** The newest sample of every series. */
export interface MetricPoint {
  readonly time: number;
  readonly values: readonly MetricValue[];
}

/** One new value. */
export interface MetricValue extends Omit<MetricSeries, "values"> {
  readonly value: number | null;
}
