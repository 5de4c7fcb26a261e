/** What Prometheus is shown, in promtool's notation of series, and the labels of the alert that must come of it. */
export interface AlertCase {
  readonly alert: string;
  readonly firing: Readonly<Record<string, string>>;
  readonly quiet: Readonly<Record<string, string>>;
  /** Labels of the alert besides its severity. */
  readonly labels: Readonly<Record<string, string>>;
  /** What the alert says. */
  readonly summary: string;
}

const instance = 'job="pyroduct", instance="a:12345"';
const receiver = `${instance}, component_id="pyroscope.receive_http.default"`;
const endpoint = `${instance}, component_id="pyroscope.write.default", endpoint="cloud"`;
const build = `pyroduct_build_info{${instance}, version="1", commit="c", bun="b"}`;
const requests = (status: string) =>
  `pyroscope_receive_http_request_duration_seconds_count{${receiver}, status_code="${status}"}`;
const latency = (le: string) =>
  `pyroscope_write_latency_bucket{${endpoint}, type="push_downstream", le="${le}"}`;
const attempts = `pyroscope_write_latency_count{${endpoint}, type="ingest_downstream"}`;

const receiverLabels = { job: "pyroduct", component_id: "pyroscope.receive_http.default" };
const instanceLabels = { job: "pyroduct", instance: "a:12345" };
const endpointLabels = { job: "pyroduct", component_id: "pyroscope.write.default", endpoint: "cloud" };

/** A case for every alert: what makes it fire, and what is like it and does not. */
export const alertCases: readonly AlertCase[] = [
  {
    alert: "PyroductDown",
    firing: { up: "0x60" },
    quiet: { [build]: "1x60" },
    labels: {},
    summary: "No pyroduct is scraped: profiles may be lost.",
  },
  {
    alert: "PyroductRestarting",
    firing: { [`process_start_time_seconds{${instance}}`]: "100x40 200x3 300x3 400x12", [build]: "1x60" },
    quiet: { [`process_start_time_seconds{${instance}}`]: "100x40 200x3 300x15", [build]: "1x60" },
    labels: instanceLabels,
    summary: "a:12345 has started 3 times in half an hour.",
  },
  {
    alert: "PyroductConfigurationRefused",
    firing: { [`pyroduct_component_healthy{${instance}, component_id="configuration"}`]: "0x60" },
    quiet: { [`pyroduct_component_healthy{${instance}, component_id="pyroscope.write.a"}`]: "0x60" },
    labels: { ...instanceLabels, component_id: "configuration" },
    summary: "a:12345 goes on with an old configuration: the file on disk is wrong.",
  },
  {
    alert: "PyroductComponentUnhealthy",
    firing: { [`pyroduct_component_healthy{${instance}, component_id="pyroscope.write.a"}`]: "0x60" },
    quiet: { [`pyroduct_component_healthy{${instance}, component_id="pyroscope.write.a"}`]: "0x57 1x3" },
    labels: { ...instanceLabels, component_id: "pyroscope.write.a" },
    summary: "pyroscope.write.a of a:12345 is unhealthy.",
  },
  {
    alert: "PyroductRequestsFailing",
    firing: { [requests("200")]: "0+90x60", [requests("502")]: "0+10x60" },
    quiet: { [requests("200")]: "0+97x60", [requests("502")]: "0+3x60", [requests("400")]: "0+50x60" },
    labels: receiverLabels,
    summary: "pyroscope.receive_http.default answers 10% of requests with 5xx.",
  },
  {
    alert: "PyroductRequestsRefused",
    firing: {
      [`pyroduct_receive_http_refused_requests_total{${receiver}, reason="busy"}`]: "0+5x60",
      [requests("200")]: "0+95x60",
      [requests("503")]: "0+5x60",
    },
    quiet: {
      [`pyroduct_receive_http_refused_requests_total{${receiver}, reason="busy"}`]: "0+5x60",
      [requests("200")]: "0+995x60",
    },
    labels: { ...receiverLabels, reason: "busy" },
    summary: "pyroscope.receive_http.default refuses 5% of requests: busy.",
  },
  {
    alert: "PyroductConnectionsNearLimit",
    firing: {
      [`pyroscope_receive_http_tcp_connections{${receiver}, protocol="http"}`]: "95x60",
      [`pyroscope_receive_http_tcp_connections_limit{${receiver}, protocol="http"}`]: "100x60",
    },
    // A limit of 0 is none.
    quiet: {
      [`pyroscope_receive_http_tcp_connections{${receiver}, protocol="http"}`]: "95x60",
      [`pyroscope_receive_http_tcp_connections_limit{${receiver}, protocol="http"}`]: "0x60",
    },
    labels: { ...receiverLabels, ...instanceLabels, protocol: "http" },
    summary: "pyroscope.receive_http.default of a:12345 has 95% of its connections in use.",
  },
  {
    alert: "PyroductProfilesLost",
    firing: {
      [`pyroscope_write_sent_profiles_total{${endpoint}}`]: "0x60",
      [`pyroscope_write_dropped_profiles_total{${endpoint}}`]: "0+5x60",
    },
    quiet: {
      [`pyroscope_write_sent_profiles_total{${endpoint}}`]: "0+1000x60",
      [`pyroscope_write_dropped_profiles_total{${endpoint}}`]: "0+5x60",
    },
    labels: endpointLabels,
    summary: "pyroscope.write.default to cloud: 100% of profiles are not delivered.",
  },
  {
    alert: "PyroductDeliveriesRepeated",
    firing: { [`pyroscope_write_retries_total{${endpoint}}`]: "0+20x60", [attempts]: "0+100x60" },
    quiet: { [`pyroscope_write_retries_total{${endpoint}}`]: "0+5x60", [attempts]: "0+100x60" },
    labels: endpointLabels,
    summary: "pyroscope.write.default to cloud: 20% of attempts repeat another one.",
  },
  {
    alert: "PyroductDeliveriesSlow",
    firing: { [latency("5")]: "0+90x60", [latency("10")]: "0+100x60", [latency("+Inf")]: "0+100x60" },
    quiet: { [latency("5")]: "0+100x60", [latency("10")]: "0+100x60", [latency("+Inf")]: "0+100x60" },
    labels: endpointLabels,
    summary: "pyroscope.write.default to cloud: one in a hundred attempts takes longer than 9.5s.",
  },
  {
    alert: "PyroductQueueOld",
    firing: { [`pyroduct_write_queue_oldest_seconds{${endpoint}}`]: "0+60x60" },
    quiet: { [`pyroduct_write_queue_oldest_seconds{${endpoint}}`]: "1700x60" },
    labels: endpointLabels,
    summary: "pyroscope.write.default to cloud: a profile has waited for 58m 0s and may soon be dropped.",
  },
  {
    alert: "PyroductQueueRejecting",
    firing: { [`pyroduct_write_queue_rejected_total{${endpoint}, reason="full"}`]: "0+1x60" },
    quiet: { [`pyroduct_write_queue_rejected_total{${endpoint}, reason="full"}`]: "7x60" },
    labels: { ...endpointLabels, reason: "full" },
    summary: "pyroscope.write.default to cloud: profiles are not stored and their senders told so: full.",
  },
  {
    alert: "PyroductQueueDropping",
    firing: { [`pyroduct_write_queue_dropped_total{${endpoint}, reason="age"}`]: "0+1x60" },
    quiet: { [`pyroduct_write_queue_dropped_total{${endpoint}, reason="age"}`]: "7x60" },
    labels: { ...endpointLabels, reason: "age" },
    summary: "pyroscope.write.default to cloud: queued profiles are dropped without delivery: age.",
  },
  {
    alert: "PyroductQueuePaused",
    firing: { [`pyroduct_write_queue_paused{${endpoint}}`]: "1x60" },
    quiet: { [`pyroduct_write_queue_paused{${endpoint}}`]: "0x60" },
    labels: endpointLabels,
    summary: "pyroscope.write.default to cloud: the destination refuses whoever sends, so the queue waits.",
  },
  {
    alert: "PyroductDeadLetters",
    firing: { [`pyroduct_write_queue_dead_letters_total{${endpoint}}`]: "0+1x60" },
    quiet: { [`pyroduct_write_queue_dead_letters_total{${endpoint}}`]: "7x60" },
    labels: endpointLabels,
    summary: "pyroscope.write.default to cloud: the destination refuses profiles for good.",
  },
];
