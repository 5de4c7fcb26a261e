import type { Counter, Gauge, Histogram } from "prom-client";
import type { MetricScope } from "../telemetry/metric_scope.ts";

/** The routes as Alloy's metrics call them. */
export type Route = "ingest" | "push_v1_pusherservice" | "other";

/** The buckets of grafana/dskit's server, in seconds. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100];

/** Powers of four from 4 B to 1 GiB. */
const sizeBuckets = Array.from({ length: 15 }, (_, power) => 4 ** (power + 1));

/** What happens at the receiver's door, in Alloy's metrics. */
export class ReceiveHttpMetrics {
  readonly #inFlight: Gauge<"method" | "route">;
  readonly #duration: Histogram<"method" | "route" | "status_code" | "ws">;
  readonly #requestBytes: Histogram<"method" | "route">;
  readonly #responseBytes: Histogram<"method" | "route">;
  readonly #refused: Counter<"reason">;

  constructor(scope: MetricScope) {
    const labels = ["method", "route"] as const;
    this.#inFlight = scope.gauge(
      "pyroscope_receive_http_inflight_requests",
      "Requests being served.",
      labels,
    );
    this.#duration = scope.histogram(
      "pyroscope_receive_http_request_duration_seconds",
      "Seconds spent serving requests.",
      [...labels, "status_code", "ws"] as const,
      durationBuckets,
    );
    this.#requestBytes = scope.histogram(
      "pyroscope_receive_http_request_message_bytes",
      "Size of the bodies received.",
      labels,
      sizeBuckets,
    );
    this.#responseBytes = scope.histogram(
      "pyroscope_receive_http_response_message_bytes",
      "Size of the bodies answered with.",
      labels,
      sizeBuckets,
    );
    this.#refused = scope.counter(
      "pyroduct_receive_http_refused_requests_total",
      "Requests refused before anything was forwarded.",
      ["reason"] as const,
    );
  }

  began(method: string, route: Route): void {
    this.#inFlight.inc({ method, route });
  }

  /** A request was answered, `seconds` after it began. */
  answered(method: string, route: Route, status: number, seconds: number): void {
    this.#inFlight.dec({ method, route });
    this.#duration.observe({ method, route, status_code: String(status), ws: "false" }, seconds);
  }

  sized(method: string, route: Route, requestBytes: number, responseBytes: number): void {
    this.#requestBytes.observe({ method, route }, requestBytes);
    this.#responseBytes.observe({ method, route }, responseBytes);
  }

  refused(reason: string): void {
    this.#refused.inc({ reason });
  }
}
