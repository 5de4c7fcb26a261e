import { parseDuration } from "../../base/duration.ts";
import { argumentsOf } from "../../config/argument_list.ts";
import { writeDefinition } from "../../write/definition.ts";
import type { Queries } from "./promql.ts";

/** A condition that somebody must hear of. */
export interface AlertRule {
  /** Also the heading of its runbook in README. */
  readonly name: string;
  readonly query: string;
  /** How long it must hold, in Prometheus' words. */
  readonly holds: string;
  readonly severity: "critical" | "warning";
  /** What is the matter, in one line; labels as Prometheus' templates have them. */
  readonly summary: string;
}

/** All alerts. */
export function alertRules(queries: Queries): readonly AlertRule[] {
  return [
    ...processAlerts(queries),
    ...receiveAlerts(queries),
    ...deliveryAlerts(queries),
    ...queueAlerts(queries),
  ];
}

function processAlerts(queries: Queries): readonly AlertRule[] {
  const build = queries.value("pyroduct_build_info");
  const healthy = "pyroduct_component_healthy";
  const starts = queries.value("process_start_time_seconds");
  return [
    {
      name: "PyroductDown",
      query: `absent(${build})`,
      holds: "5m",
      severity: "critical",
      summary: "No pyroduct is scraped: profiles may be lost.",
    },
    {
      name: "PyroductRestarting",
      query: `changes(${starts}[30m]) > 2 and on (job, instance) ${build}`,
      holds: "0m",
      severity: "warning",
      summary: "{{ $labels.instance }} has started {{ $value }} times in half an hour.",
    },
    {
      name: "PyroductConfigurationRefused",
      query: `${queries.value([healthy, 'component_id="configuration"'])} == 0`,
      holds: "5m",
      severity: "warning",
      summary: "{{ $labels.instance }} goes on with an old configuration: the file on disk is wrong.",
    },
    {
      name: "PyroductComponentUnhealthy",
      query: `${queries.value([healthy, 'component_id!="configuration"'])} == 0`,
      holds: "5m",
      severity: "warning",
      summary: "{{ $labels.component_id }} of {{ $labels.instance }} is unhealthy.",
    },
  ];
}

function receiveAlerts(queries: Queries): readonly AlertRule[] {
  const requests = "pyroscope_receive_http_request_duration_seconds";
  const component = ["job", "component_id"];
  const all = queries.rate(requests, component);
  const failed = queries.rate([requests, 'status_code=~"5.."'], component);
  const refused = queries.rate("pyroduct_receive_http_refused_requests_total", [...component, "reason"]);
  const connections = queries.value("pyroscope_receive_http_tcp_connections");
  const limit = queries.value("pyroscope_receive_http_tcp_connections_limit");
  return [
    {
      name: "PyroductRequestsFailing",
      query: `${failed} / ${all} > 0.05`,
      holds: "10m",
      severity: "critical",
      summary: "{{ $labels.component_id }} answers {{ $value | humanizePercentage }} of requests with 5xx.",
    },
    {
      name: "PyroductRequestsRefused",
      query: `${refused} / on (job, component_id) group_left () ${all} > 0.01`,
      holds: "15m",
      severity: "warning",
      summary:
        "{{ $labels.component_id }} refuses {{ $value | humanizePercentage }} of requests: {{ $labels.reason }}.",
    },
    {
      name: "PyroductConnectionsNearLimit",
      query: `${connections} / (${limit} > 0) > 0.9`,
      holds: "5m",
      severity: "warning",
      summary:
        "{{ $labels.component_id }} of {{ $labels.instance }} has {{ $value | humanizePercentage }} of its connections in use.",
    },
  ];
}

function deliveryAlerts(queries: Queries): readonly AlertRule[] {
  const endpoint = ["job", "component_id", "endpoint"];
  const sent = queries.rate("pyroscope_write_sent_profiles_total", endpoint);
  const dropped = queries.rate("pyroscope_write_dropped_profiles_total", endpoint);
  const retries = queries.rate("pyroscope_write_retries_total", endpoint);
  const attempt = ["pyroscope_write_latency", 'type=~".+_downstream"'] as const;
  const attempts = queries.rate(attempt, endpoint);
  const where = "{{ $labels.component_id }} to {{ $labels.endpoint }}";
  return [
    {
      name: "PyroductProfilesLost",
      query: `${dropped} / (${dropped} + ${sent}) > 0.01`,
      holds: "10m",
      severity: "critical",
      summary: `${where}: {{ $value | humanizePercentage }} of profiles are not delivered.`,
    },
    {
      name: "PyroductDeliveriesRepeated",
      query: `${retries} / ${attempts} > 0.1`,
      holds: "15m",
      severity: "warning",
      summary: `${where}: {{ $value | humanizePercentage }} of attempts repeat another one.`,
    },
    {
      name: "PyroductDeliveriesSlow",
      // An attempt is joined by a second one after half of what it may take.
      query: `${queries.quantile(0.99, attempt, endpoint)} > ${defaultSeconds("endpoint.remote_timeout") / 2}`,
      holds: "10m",
      severity: "warning",
      summary: `${where}: one in a hundred attempts takes longer than {{ $value | humanizeDuration }}.`,
    },
  ];
}

function queueAlerts(queries: Queries): readonly AlertRule[] {
  const labels = ["job", "component_id", "endpoint"];
  const name = (rest: string) => `pyroduct_write_queue_${rest}`;
  const oldest = `max by (${labels.join(", ")}) (${queries.value(name("oldest_seconds"))})`;
  const where = "{{ $labels.component_id }} to {{ $labels.endpoint }}";
  return [
    {
      name: "PyroductQueueOld",
      query: `${oldest} > ${defaultSeconds("endpoint.queue.max_age") / 2}`,
      holds: "5m",
      severity: "critical",
      summary: `${where}: a profile has waited for {{ $value | humanizeDuration }} and may soon be dropped.`,
    },
    {
      name: "PyroductQueueRejecting",
      query: `${queries.rate(name("rejected_total"), [...labels, "reason"])} > 0`,
      holds: "5m",
      severity: "critical",
      summary: `${where}: profiles are not stored and their senders told so: {{ $labels.reason }}.`,
    },
    {
      name: "PyroductQueueDropping",
      query: `${queries.rate(name("dropped_total"), [...labels, "reason"])} > 0`,
      holds: "5m",
      severity: "critical",
      summary: `${where}: queued profiles are dropped without delivery: {{ $labels.reason }}.`,
    },
    {
      name: "PyroductQueuePaused",
      query: `max by (${labels.join(", ")}) (${queries.value(name("paused"))}) == 1`,
      holds: "5m",
      severity: "critical",
      summary: `${where}: the destination refuses whoever sends, so the queue waits.`,
    },
    {
      name: "PyroductDeadLetters",
      query: `${queries.rate(name("dead_letters_total"), labels)} > 0`,
      holds: "15m",
      severity: "warning",
      summary: `${where}: the destination refuses profiles for good.`,
    },
  ];
}

/** The default of a duration in the arguments of pyroscope.write, in seconds. */
function defaultSeconds(path: string): number {
  const argument = argumentsOf(writeDefinition).find((one) => one.path === path);
  const ms = parseDuration(argument?.defaultText ?? "");
  if (ms === undefined) throw new Error(`${path} has no default`);
  return ms / 1000;
}
