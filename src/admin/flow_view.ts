import type { EndpointStatus } from "../component/definition.ts";
import type { PastHealth } from "../component/health.ts";
import type { ShownComponent } from "../controller/config_check.ts";
import type { MergedFlow } from "../controller/merged_flow.ts";
import type { MetricFamily } from "../telemetry/metric_family.ts";
import type { RecentLine } from "../telemetry/recent_lines.ts";
import type {
  ComponentHealth,
  EdgeRate,
  EndpointRate,
  Flow,
  FlowComponent,
  FlowEndpoint,
  FlowError,
  QueueDepth,
} from "./api/flow.ts";

/** The graph as the API shows it, without the time. */
export function flowOf(shown: readonly ShownComponent[], flow: MergedFlow): Omit<Flow, "time"> {
  return {
    components: shown.map((component) => componentOf(component, flow)),
    edges: shown.flatMap(({ id, forwardTo }) => forwardTo.map((to) => ({ from: id, to }))),
  };
}

function componentOf({ id, type, label, arguments: args }: ShownComponent, flow: MergedFlow): FlowComponent {
  const state = flow.components.get(id);
  const health = state?.health ?? { state: "unhealthy", message: "the component does not run", sinceMs: 0 };
  return {
    id,
    type,
    label,
    health: healthOf(health),
    health_history: (health.history ?? [health]).map(healthOf),
    arguments: args,
    last_errors: (state?.recent ?? []).map(errorOf),
    address: state?.address ?? null,
    endpoints: (state?.endpoints ?? []).map(endpointOf),
  };
}

function healthOf({ state, message, sinceMs }: PastHealth): ComponentHealth {
  return { state, reason: message, since: sinceMs };
}

function errorOf({ atMs, level, message, fields }: RecentLine): FlowError {
  return { time: atMs, level, message, fields };
}

function endpointOf({ name, url, failing, queue }: EndpointStatus): FlowEndpoint {
  return { name, url, failing: failing ?? null, queue: queue?.type ?? null };
}

/** Metrics that the rates of endpoints come from. */
const endpointCounters = {
  sent: "pyroscope_write_sent_profiles_total",
  bytes: "pyroscope_write_sent_bytes_total",
  errors: "pyroscope_write_dropped_profiles_total",
  retries: "pyroscope_write_retries_total",
} as const;

/** The metrics that rates need. */
export const rateNames: readonly string[] = Object.values(endpointCounters);

type Counted = Readonly<Record<keyof typeof endpointCounters, number>>;

/** What had passed at one point of time. */
export interface PassedSoFar {
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly flow: MergedFlow;
  readonly endpoints: ReadonlyMap<string, Counted>;
}

/** Reads what has passed so far out of the metrics. */
export function passedSoFar(at: number, flow: MergedFlow, families: readonly MetricFamily[]): PassedSoFar {
  const endpoints = new Map<string, Counted>();
  for (const [counter, name] of Object.entries(endpointCounters)) {
    for (const { labels, value } of families.find((family) => family.name === name)?.samples ?? []) {
      const key = `${labels["component_id"]} ${labels["endpoint"]}`;
      const known = endpoints.get(key) ?? { sent: 0, bytes: 0, errors: 0, retries: 0 };
      endpoints.set(key, { ...known, [counter]: value });
    }
  }
  return { at, flow, endpoints };
}

/** How fast it passes, from two points of time. */
export function edgeRates(before: PassedSoFar, now: PassedSoFar): EdgeRate[] {
  const perSecond = rater(before, now);
  const old = new Map(before.flow.edges.map((edge) => [`${edge.from} ${edge.to}`, edge]));
  return now.flow.edges.map(({ from, to, profiles, bytes }) => {
    const edge = old.get(`${from} ${to}`);
    return {
      from,
      to,
      profiles_per_second: perSecond(edge?.profiles, profiles),
      bytes_per_second: perSecond(edge?.bytes, bytes),
    };
  });
}

/** What each endpoint takes, from two points of time. */
export function endpointRates(before: PassedSoFar, now: PassedSoFar): EndpointRate[] {
  const perSecond = rater(before, now);
  return [...now.flow.components.values()].flatMap(({ id, endpoints }) =>
    endpoints.map(({ name, queue }): EndpointRate => {
      const key = `${id} ${name}`;
      const counted = now.endpoints.get(key);
      const old = before.endpoints.get(key);
      return {
        component: id,
        endpoint: name,
        profiles_per_second: perSecond(old?.sent, counted?.sent ?? 0),
        bytes_per_second: perSecond(old?.bytes, counted?.bytes ?? 0),
        errors_per_second: perSecond(old?.errors, counted?.errors ?? 0),
        errors_total: counted?.errors ?? 0,
        retries_per_second: perSecond(old?.retries, counted?.retries ?? 0),
        queue: queue === undefined ? null : depthOf(queue),
      };
    }),
  );
}

function depthOf({ profiles, bytes, oldestMs }: NonNullable<EndpointStatus["queue"]>): QueueDepth {
  return { profiles, bytes, oldest_ms: oldestMs ?? null };
}

/** What has begun since the point before has no rate yet. */
function rater(before: PassedSoFar, now: PassedSoFar) {
  const seconds = (now.at - before.at) / 1000;
  return (old: number | undefined, value: number) =>
    old === undefined || seconds <= 0 ? 0 : Math.max(0, value - old) / seconds;
}
