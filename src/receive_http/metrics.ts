import type { Counter, Gauge, GaugeSeries, Histogram, HistogramSeries } from "../telemetry/metric.ts";
import type { MetricScope } from "../telemetry/metric_scope.ts";

/** The routes as Alloy's metrics call them. */
export type Route =
  | "ingest"
  | "push_v1_pusherservice"
  | "debuginfo_v1alpha1_debuginfoservice_shouldinitiateupload"
  | "debuginfo_v1alpha1_debuginfoservice_uploadfinished"
  | "debuginfo_v1alpha1_debuginfoservice_upload_gnu_build_id";

/** The route whose body is streamed instead of read. */
export const uploadRoute = "debuginfo_v1alpha1_debuginfoservice_upload_gnu_build_id" satisfies Route;

/** The buckets of grafana/dskit's server, in seconds. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100];

/** Powers of four from 4 B to 1 GiB. */
const sizeBuckets = Array.from({ length: 15 }, (_, power) => 4 ** (power + 1));

/** Read at each scrape. */
export interface ConnectionNumbers {
  /** Undefined where the system does not tell. */
  connections(): number | undefined;
  /** Undefined where gRPC is not served. */
  grpcConnections(): number | undefined;
  limit(): number;
  readonly grpcStreamsLimit: number;
}

/** What happens at the receiver's door, in Alloy's metrics. */
export class ReceiveHttpMetrics {
  readonly #inFlight: Gauge<"method" | "route">;
  readonly #duration: Histogram<"method" | "route" | "status_code" | "ws">;
  readonly #requestBytes: Histogram<"method" | "route">;
  readonly #responseBytes: Histogram<"method" | "route">;
  readonly #refused: Counter<"reason">;
  readonly #debugInfoCalls: Counter<"method" | "result">;

  constructor(scope: MetricScope, connections: ConnectionNumbers) {
    const labels = ["method", "route"] as const;
    const protocol = "http";
    scope.gauge(
      "pyroscope_receive_http_tcp_connections",
      "Connections that are open.",
      ["protocol"] as const,
      (gauge) => {
        const grpc = connections.grpcConnections();
        if (grpc !== undefined) gauge.labels({ protocol: "grpc" }).set(grpc);
        const count = connections.connections();
        if (count !== undefined) gauge.labels({ protocol }).set(count);
      },
    );
    scope.gauge(
      "pyroscope_receive_http_tcp_connections_limit",
      "Connections that may be open; 0 for no limit.",
      ["protocol"] as const,
      (gauge) => {
        gauge.labels({ protocol }).set(connections.limit());
        if (connections.grpcConnections() === undefined) return;
        gauge.labels({ protocol: "grpc" }).set(connections.limit());
      },
    );
    scope.gauge(
      "pyroscope_receive_http_grpc_concurrent_streams_limit",
      "Calls that one gRPC connection may have under way.",
      [],
      (gauge) => gauge.labels({}).set(connections.grpcStreamsLimit),
      "max",
    );
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
    this.#debugInfoCalls = scope.counter(
      "pyroscope_receive_http_debuginfo_downstream_calls_total",
      "Debug information passed on, by the method called.",
      ["method", "result"] as const,
    );
  }

  /** What happens on one route. */
  route(route: Route): RouteMetrics {
    const labels = { method, route };
    return new RouteMetrics({
      inFlight: this.#inFlight.labels(labels),
      duration: (status) => this.#duration.labels({ ...labels, status_code: String(status), ws: "false" }),
      requestBytes: this.#requestBytes.labels(labels),
      responseBytes: this.#responseBytes.labels(labels),
    });
  }

  refused(reason: string): void {
    this.#refused.labels({ reason }).inc();
  }

  debugInfoPassedOn(method: string, isSuccess: boolean): void {
    this.#debugInfoCalls.labels({ method, result: isSuccess ? "success" : "failure" }).inc();
  }
}

/** All routes take this method alone. */
const method = "POST";

interface RouteSeries {
  readonly inFlight: GaugeSeries;
  readonly duration: (status: number) => HistogramSeries;
  readonly requestBytes: HistogramSeries;
  readonly responseBytes: HistogramSeries;
}

/** What happens on one route of the receiver. */
export class RouteMetrics {
  readonly #series: RouteSeries;
  readonly #durations = new Map<number, HistogramSeries>();

  constructor(series: RouteSeries) {
    this.#series = series;
  }

  began(): void {
    this.#series.inFlight.add(1);
  }

  /** @param seconds from the request to its answer. */
  answered(status: number, seconds: number, requestBytes: number, responseBytes: number): void {
    this.#series.inFlight.add(-1);
    this.#durationOf(status).observe(seconds);
    this.#series.requestBytes.observe(requestBytes);
    this.#series.responseBytes.observe(responseBytes);
  }

  #durationOf(status: number): HistogramSeries {
    const known = this.#durations.get(status);
    if (known !== undefined) return known;
    const series = this.#series.duration(status);
    this.#durations.set(status, series);
    return series;
  }
}
