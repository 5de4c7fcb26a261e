import { useEffect, useState } from "preact/hooks";
import type { FlowComponent, FlowEndpoint } from "../../api/flow.ts";
import type { MetricHistory, MetricPoint } from "../../api/metrics.ts";
import { formatClock, formatCount, formatMoment, formatSpan, formatThroughput } from "../format.ts";
import { useAnswer } from "../use_answer.ts";
import { Problem } from "../view_head.tsx";
import { Chart } from "./chart.tsx";
import { appendPoint, seriesKey } from "./history.ts";
import { endpointKey, type RateTable } from "./rates.ts";

/** All that is known of one component. */
export function ComponentDetails(props: {
  component: FlowComponent;
  rates: RateTable;
  point: MetricPoint | undefined;
  onClose: () => void;
}) {
  const { component, rates, point, onClose } = props;
  const { health } = component;
  return (
    <aside class="panel flow-details" aria-labelledby="component-name">
      <div class="view-head">
        <h2 id="component-name" class="mono">
          {component.id}
        </h2>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
      <p>
        <span class={`badge ${health.state === "healthy" ? "good" : "bad"}`}>{health.state}</span>{" "}
        {health.reason} <span class="muted">since {formatMoment(health.since)}</span>
      </p>
      {component.address !== null && (
        <p>
          Listens on <code>{component.address}</code>
        </p>
      )}
      {component.endpoints.length > 0 && (
        <section>
          <h3>Endpoints</h3>
          {component.endpoints.map((endpoint) => (
            <Endpoint key={endpoint.name} {...{ endpoint, rates }} component={component.id} />
          ))}
        </section>
      )}
      <Charts component={component.id} point={point} />
      <section>
        <h3>Arguments</h3>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
        <pre tabIndex={0}>{JSON.stringify(component.arguments, null, 2)}</pre>
      </section>
      <LastErrors component={component} />
      <HealthHistory component={component} />
    </aside>
  );
}

function Endpoint(props: { component: string; endpoint: FlowEndpoint; rates: RateTable }) {
  const { component, endpoint, rates } = props;
  const rate = rates.endpoints.get(endpointKey(component, endpoint.name));
  return (
    <div class="flow-endpoint-details">
      <p>
        <strong>{endpoint.name}</strong>
        {endpoint.name !== endpoint.url && <span class="muted"> {endpoint.url}</span>}
      </p>
      {endpoint.failing !== null && <p class="notice bad">{endpoint.failing}</p>}
      <dl class="facts">
        <dt>Sent</dt>
        <dd>{formatThroughput(rate?.profiles_per_second ?? 0, rate?.bytes_per_second ?? 0)}</dd>
        <dt>Not delivered</dt>
        <dd>
          {formatCount(rate?.errors_per_second ?? 0)}/s, {formatCount(rate?.errors_total ?? 0)} since the
          start
        </dd>
        <dt>Queue</dt>
        <dd>{queueWords(endpoint, rate?.queue ?? null)}</dd>
      </dl>
    </div>
  );
}

function queueWords(
  { queue }: FlowEndpoint,
  depth: { readonly profiles: number; readonly oldest_ms: number | null } | null,
): string {
  if (queue === null) return "none";
  if (depth === null) return queue;
  const oldest = depth.oldest_ms === null ? "" : `, the oldest for ${formatSpan(depth.oldest_ms)}`;
  return `${queue}: ${formatCount(depth.profiles)} waiting${oldest}`;
}

function Charts({ component, point }: { component: string; point: MetricPoint | undefined }) {
  const { answer, problem } = useAnswer("GET /api/v0/flow/metrics", { query: { component } });
  const [history, setHistory] = useState<MetricHistory>();
  useEffect(() => setHistory(answer), [answer]);
  useEffect(() => {
    if (point !== undefined) setHistory((before) => before && appendPoint(before, point, component));
  }, [point, component]);
  if (history === undefined) return <Problem text={problem} />;
  const series = history.series.filter((one) => one.component === component);
  return (
    <section>
      <h3>Last 15 minutes</h3>
      <div class="charts">
        {series.map((one) => (
          <Chart key={seriesKey(one)} series={one} times={history.times} />
        ))}
      </div>
      {series.length === 0 && <p class="muted">Nothing is measured of it.</p>}
    </section>
  );
}

function LastErrors({ component }: { component: FlowComponent }) {
  return (
    <section>
      <h3>Last errors</h3>
      {component.last_errors.length === 0 && <p class="muted">None.</p>}
      <ul class="plain-list">
        {component.last_errors.map(({ time, level, message, fields }) => (
          <li key={`${time} ${message} ${JSON.stringify(fields)}`}>
            <span class="muted">{formatClock(time)}</span>{" "}
            <span class={`badge ${level === "error" ? "bad" : "warn"}`}>{level}</span> {message}
            {Object.entries(fields).map(([name, value]) => (
              <span key={name} class="muted">
                {" "}
                {name}: {value}
              </span>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function HealthHistory({ component }: { component: FlowComponent }) {
  return (
    <section>
      <h3>Health history</h3>
      <ol class="plain-list">
        {component.health_history.toReversed().map(({ state, reason, since }) => (
          <li key={`${since} ${state} ${reason}`}>
            <span class="muted">{formatMoment(since)}</span>{" "}
            <span class={`badge ${state === "healthy" ? "good" : "bad"}`}>{state}</span> {reason}
          </li>
        ))}
      </ol>
    </section>
  );
}
