/** A metric family of Alloy's pyroscope components, as exposed. */
export interface AlloyFamily {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** The component that it is about, without `pyroscope.`. */
  readonly components: readonly ("receive_http" | "relabel" | "enrich" | "write")[];
  /** Its labels, sorted; component_id and `le` left out. Alloy's component_path, always "/", has no meaning here. */
  readonly labels: readonly string[];
  /** As `le` says them; empty where it is no histogram. */
  readonly buckets: readonly string[];
}

const seconds = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];
const served = [...seconds.slice(0, -1), "25", "50", "100", "+Inf"];
const sizes = [
  ...["4", "16", "64", "256", "1024", "4096", "16384", "65536", "262144", "1.048576e+06", "4.194304e+06"],
  ...["1.6777216e+07", "6.7108864e+07", "2.68435456e+08", "1.073741824e+09", "+Inf"],
];
const none: readonly string[] = [];

function family(
  components: AlloyFamily["components"],
  type: AlloyFamily["type"],
  name: string,
  labels: readonly string[] = none,
  buckets: readonly string[] = none,
): AlloyFamily {
  return { name, type, components, labels, buckets };
}

const receiver = ["receive_http"] as const;
const writer = ["write"] as const;
const relabeler = ["relabel"] as const;
const forwarders = ["relabel", "enrich"] as const;

/** All of them, measured at an Alloy with every one of those components. */
export const alloyFamilies: readonly AlloyFamily[] = [
  family(receiver, "counter", "pyroscope_receive_http_debuginfo_downstream_calls_total", [
    "method",
    "result",
  ]),
  family(receiver, "gauge", "pyroscope_receive_http_grpc_concurrent_streams_limit"),
  family(receiver, "gauge", "pyroscope_receive_http_inflight_requests", ["method", "route"]),
  family(
    receiver,
    "histogram",
    "pyroscope_receive_http_request_duration_seconds",
    ["method", "route", "status_code", "ws"],
    served,
  ),
  family(receiver, "histogram", "pyroscope_receive_http_request_message_bytes", ["method", "route"], sizes),
  family(receiver, "histogram", "pyroscope_receive_http_response_message_bytes", ["method", "route"], sizes),
  family(receiver, "gauge", "pyroscope_receive_http_tcp_connections", ["protocol"]),
  family(receiver, "gauge", "pyroscope_receive_http_tcp_connections_limit", ["protocol"]),
  family(relabeler, "counter", "pyroscope_relabel_cache_hits"),
  family(relabeler, "counter", "pyroscope_relabel_cache_misses"),
  family(relabeler, "gauge", "pyroscope_relabel_cache_size"),
  family(relabeler, "counter", "pyroscope_relabel_profiles_dropped"),
  family(relabeler, "counter", "pyroscope_relabel_profiles_processed"),
  family(relabeler, "counter", "pyroscope_relabel_profiles_written"),
  family(forwarders, "histogram", "pyroscope_fanout_latency", none, seconds),
  family(forwarders, "counter", "pyroscope_forwarded_entries_total"),
  family(writer, "counter", "pyroscope_ebpf_debug_info_upload_bytes_total"),
  family(writer, "counter", "pyroscope_write_dropped_bytes_total", ["endpoint"]),
  family(writer, "counter", "pyroscope_write_dropped_profiles_total", ["endpoint"]),
  family(writer, "histogram", "pyroscope_write_latency", ["endpoint", "type"], seconds),
  family(writer, "counter", "pyroscope_write_retries_total", ["endpoint"]),
  family(writer, "counter", "pyroscope_write_sent_bytes_total", ["endpoint"]),
  family(writer, "counter", "pyroscope_write_sent_profiles_total", ["endpoint"]),
];
