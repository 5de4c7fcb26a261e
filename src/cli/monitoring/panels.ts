import { type Queries, type Selection, sum } from "./promql.ts";

/** Units as Grafana calls them. */
export type Unit = "cps" | "Bps" | "bytes" | "s" | "short" | "percentunit" | "dateTimeFromNow" | "none";

/** One line, or one family of lines, of a panel. */
export interface Target {
  readonly query: string;
  /** Text with labels as `{{endpoint}}`. */
  readonly legend: string;
}

/** A panel, without its place. */
export interface Panel {
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  readonly kind: "timeseries" | "stat";
  readonly targets: readonly Target[];
}

/** Panels that belong together. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

const quantiles = [0.5, 0.9, 0.99];

/** All rows of the dashboard, in their order. */
export function dashboardRows(queries: Queries): readonly Row[] {
  return [
    overview(queries),
    receive(queries),
    write(queries),
    queues(queries),
    relabel(queries),
    localStore(queries),
    processRow(queries),
  ];
}

function overview(queries: Queries): Row {
  const build = "pyroduct_build_info";
  const healthy = "pyroduct_component_healthy";
  const received = "pyroscope_receive_http_request_duration_seconds";
  const failed = queries.rate([received, 'status_code=~"5.."']);
  return {
    title: "Overview",
    panels: [
      stat("Instances", queries.help(build), "none", [target(`count(${queries.value(build)})`, "")]),
      stat("Unhealthy components", queries.help(healthy), "none", [
        target(`count(${queries.value(healthy)} == 0) or vector(0)`, ""),
      ]),
      stat("Requests", queries.help(received), "cps", [target(queries.rate(received), "")]),
      stat("Answered with 5xx", queries.help(received), "percentunit", [
        target(`(${failed} or vector(0)) / ${queries.rate(received)}`, ""),
      ]),
      stat("Delivered", queries.help("pyroscope_write_sent_profiles_total"), "cps", [
        target(queries.rate("pyroscope_write_sent_profiles_total"), ""),
      ]),
      stat("Not delivered", queries.help("pyroscope_write_dropped_profiles_total"), "cps", [
        target(queries.rate("pyroscope_write_dropped_profiles_total"), ""),
      ]),
    ],
  };
}

function receive(queries: Queries): Row {
  const duration = "pyroscope_receive_http_request_duration_seconds";
  const bytes = "pyroscope_receive_http_request_message_bytes";
  const limit = "pyroscope_receive_http_tcp_connections_limit";
  return {
    title: "Receiving",
    panels: [
      lines("Requests by route and status", queries.help(duration), "cps", [
        target(queries.rate(duration, ["route", "status_code"]), "{{route}} {{status_code}}"),
      ]),
      lines("Time to an answer", queries.help(duration), "s", quantileTargets(queries, duration, [])),
      lines("Bytes by route", queries.help(bytes), "Bps", [
        target(queries.sumRate(bytes, ["route"]), "{{route}}"),
      ]),
      lines("Size of a body", queries.help(bytes), "bytes", quantileTargets(queries, bytes, [])),
      byLabel(queries, "Requests under way", "pyroscope_receive_http_inflight_requests", "short", ["route"]),
      lines("Connections", queries.help("pyroscope_receive_http_tcp_connections"), "short", [
        target(
          sum(queries.value("pyroscope_receive_http_tcp_connections"), ["instance", "protocol"]),
          "{{instance}} {{protocol}}",
        ),
        target(`max by (protocol) (${queries.value(limit)} > 0)`, "limit {{protocol}}"),
      ]),
      rates(queries, "Refused by reason", "pyroduct_receive_http_refused_requests_total", "cps", ["reason"]),
      rates(
        queries,
        "Debug information passed on",
        "pyroscope_receive_http_debuginfo_downstream_calls_total",
        "cps",
        ["method", "result"],
      ),
    ],
  };
}

function write(queries: Queries): Row {
  const latency = "pyroscope_write_latency";
  const endpoint = ["endpoint"];
  return {
    title: "Delivering",
    panels: [
      rates(queries, "Profiles delivered", "pyroscope_write_sent_profiles_total", "cps", endpoint),
      rates(queries, "Profiles not delivered", "pyroscope_write_dropped_profiles_total", "cps", endpoint),
      rates(queries, "Bytes delivered", "pyroscope_write_sent_bytes_total", "Bps", endpoint),
      rates(queries, "Bytes not delivered", "pyroscope_write_dropped_bytes_total", "Bps", endpoint),
      rates(queries, "Attempts after the first", "pyroscope_write_retries_total", "cps", endpoint),
      lines(
        "Time of an attempt",
        queries.help(latency),
        "s",
        quantileTargets(queries, [latency, 'type=~".+_downstream"'], endpoint),
      ),
      lines(
        "Time of a delivery",
        queries.help(latency),
        "s",
        quantileTargets(queries, [latency, 'type=~".+_endpoint"'], endpoint),
      ),
      rates(queries, "Debug information uploaded", "pyroscope_ebpf_debug_info_upload_bytes_total", "Bps", [
        "component_id",
      ]),
    ],
  };
}

function queues(queries: Queries): Row {
  const endpoint = ["component_id", "endpoint"];
  const reason = ["endpoint", "reason"];
  const of = (name: string) => `pyroduct_write_queue_${name}`;
  const oldest = of("oldest_seconds");
  const commits = of("commit_seconds");
  return {
    title: "Queues",
    panels: [
      byLabel(queries, "Profiles queued", of("profiles"), "short", endpoint),
      byLabel(queries, "Bytes queued", of("bytes"), "bytes", endpoint),
      lines("Age of the oldest", queries.help(oldest), "s", [
        target(`max by (component_id, endpoint) (${queries.value(oldest)})`, legendOf(endpoint)),
      ]),
      rates(queries, "Profiles taken", of("enqueued_total"), "cps", endpoint),
      rates(queries, "Profiles delivered before they were stored", of("direct_total"), "cps", endpoint),
      rates(queries, "Profiles not stored", of("rejected_total"), "cps", reason),
      rates(queries, "Queued profiles delivered", of("delivered_total"), "cps", endpoint),
      rates(queries, "Queued profiles sent in vain", of("retried_total"), "cps", endpoint),
      rates(queries, "Queued profiles dropped", of("dropped_total"), "cps", reason),
      lines("Time to store", queries.help(commits), "s", quantileTargets(queries, commits, ["type"])),
      byLabel(queries, "Rate of the backlog", of("drain_rate"), "Bps", endpoint),
      byLabel(queries, "Paused", of("paused"), "short", endpoint),
      byLabel(queries, "Dead letters", of("dead_letters"), "short", endpoint),
      byLabel(queries, "Bytes of dead letters", of("dead_letter_bytes"), "bytes", endpoint),
      rates(queries, "Dead letters come", of("dead_letters_total"), "cps", endpoint),
      rates(queries, "Dead letters dropped", of("dead_letters_dropped_total"), "cps", reason),
    ],
  };
}

function relabel(queries: Queries): Row {
  const component = ["component_id"];
  const hits = queries.rate("pyroscope_relabel_cache_hits", component);
  const misses = queries.rate("pyroscope_relabel_cache_misses", component);
  return {
    title: "Relabelling and enriching",
    panels: [
      rates(queries, "Profiles in", "pyroscope_relabel_profiles_processed", "cps", component),
      rates(queries, "Profiles out", "pyroscope_relabel_profiles_written", "cps", component),
      rates(queries, "Profiles dropped", "pyroscope_relabel_profiles_dropped", "cps", component),
      lines("Label sets remembered", queries.help("pyroscope_relabel_cache_hits"), "percentunit", [
        target(`${hits} / (${hits} + ${misses})`, "{{component_id}}"),
      ]),
      byLabel(queries, "Size of that memory", "pyroscope_relabel_cache_size", "short", component),
      lines(
        "Time until all receivers were done",
        queries.help("pyroscope_fanout_latency"),
        "s",
        quantileTargets(queries, "pyroscope_fanout_latency", component),
      ),
      rates(queries, "Samples of Push forwarded", "pyroscope_forwarded_entries_total", "cps", component),
    ],
  };
}

function localStore(queries: Queries): Row {
  const component = ["instance", "component_id"];
  return {
    title: "Local stores",
    panels: [
      byLabel(queries, "Profiles kept", "pyroduct_local_store_profiles", "short", component),
      byLabel(queries, "Bytes kept", "pyroduct_local_store_bytes", "bytes", component),
      rates(queries, "Profiles stored", "pyroduct_local_store_profiles_stored_total", "cps", component),
      rates(queries, "Profiles removed", "pyroduct_local_store_profiles_removed_total", "cps", component),
    ],
  };
}

function processRow(queries: Queries): Row {
  const instance = ["instance"];
  const starts = `${queries.value("process_start_time_seconds")} * 1000`;
  return {
    title: "Process",
    panels: [
      rates(queries, "CPU cores", "process_cpu_seconds_total", "short", instance),
      byLabel(queries, "Memory", "process_resident_memory_bytes", "bytes", instance),
      byLabel(queries, "Open files", "process_open_fds", "short", instance),
      byLabel(queries, "Workers", "pyroduct_workers", "short", instance),
      rates(queries, "Workers replaced", "pyroduct_worker_restarts_total", "short", instance),
      stat("Started", queries.help("process_start_time_seconds"), "dateTimeFromNow", [
        target(`max by (instance) (${starts})`, "{{instance}}"),
      ]),
    ],
  };
}

function rates(queries: Queries, title: string, metric: string, unit: Unit, by: readonly string[]): Panel {
  return lines(title, queries.help(metric), unit, [target(queries.rate(metric, by), legendOf(by))]);
}

function byLabel(queries: Queries, title: string, metric: string, unit: Unit, by: readonly string[]): Panel {
  return lines(title, queries.help(metric), unit, [target(sum(queries.value(metric), by), legendOf(by))]);
}

function quantileTargets(queries: Queries, metric: Selection, by: readonly string[]): Target[] {
  return quantiles.map((quantile) =>
    target(queries.quantile(quantile, metric, by), `p${quantile * 100} ${legendOf(by)}`.trim()),
  );
}

function lines(title: string, description: string, unit: Unit, targets: readonly Target[]): Panel {
  return { title, description, unit, kind: "timeseries", targets };
}

function stat(title: string, description: string, unit: Unit, targets: readonly Target[]): Panel {
  return { title, description, unit, kind: "stat", targets };
}

function target(query: string, legend: string): Target {
  return { query, legend };
}

function legendOf(labels: readonly string[]): string {
  return labels.map((label) => `{{${label}}}`).join(" ");
}
