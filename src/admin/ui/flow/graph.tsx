import { useMemo, useRef } from "preact/hooks";
import type { Flow, FlowComponent, FlowEndpoint } from "../../api/flow.ts";
import { formatCount, formatSpan, formatThroughput } from "../format.ts";
import { type PlacedComponent, type PlacedEdge, pathThrough, placeGraph, wiringOf } from "../graph_layout.ts";
import { useWidth } from "../use_width.ts";
import { edgeKey, endpointKey, outgoing, type RateTable } from "./rates.ts";

/** What is smaller can't be read, so that one scrolls instead. */
const minFit = 0.6;

/** The components as boxes, joined by what passes between them. */
export function FlowGraph(props: {
  flow: Flow;
  rates: RateTable;
  selected: string | undefined;
  /** How large it is drawn; 0 for as wide as there is room, within reason. */
  zoom: number;
  onSelect: (id: string) => void;
}) {
  const { flow, rates, selected, onSelect } = props;
  const room = useRef<HTMLElement>(null);
  const roomWidth = useWidth(room);
  const wiring = wiringOf(flow.components, flow.edges);
  // The wiring is all of the flow that the layout needs.
  const placed = useMemo(() => placeGraph(flow.components, flow.edges), [wiring]);
  const components = new Map(flow.components.map((component) => [component.id, component]));
  const { width, height } = placed;
  const zoom = props.zoom === 0 ? Math.min(1, Math.max(minFit, roomWidth / width)) : props.zoom;
  return (
    <section ref={room} class="flow-scroll" aria-label="Graph of components">
      <div class="flow-sized" style={{ width: `${width * zoom}px`, height: `${height * zoom}px` }}>
        <div
          class="flow-canvas"
          style={{ width: `${width}px`, height: `${height}px`, transform: `scale(${zoom})` }}
        >
          <svg width={width} height={height} aria-hidden="true">
            <defs>
              <marker
                id="arrow"
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="8"
                markerHeight="8"
                orient="auto"
              >
                <path class="flow-arrow" d="M0,0L8,4L0,8z" />
              </marker>
            </defs>
            {placed.edges.map((edge) => (
              <Edge key={edgeKey(edge.from, edge.to)} edge={edge} rates={rates} />
            ))}
          </svg>
          <ul class="flow-list">
            {placed.components.map((place) => {
              const component = components.get(place.id);
              if (component === undefined) return null;
              return (
                <Box
                  key={place.id}
                  {...{ component, place, rates, onSelect }}
                  isSelected={place.id === selected}
                  forwardsTo={flow.edges.filter(({ from }) => from === place.id).map(({ to }) => to)}
                />
              );
            })}
          </ul>
        </div>
      </div>
    </section>
  );
}

function Edge({ edge, rates }: { edge: PlacedEdge; rates: RateTable }) {
  const rate = rates.edges.get(edgeKey(edge.from, edge.to));
  const isBusy = rate !== undefined && rate.profiles_per_second > 0;
  return (
    <g class={isBusy ? "flow-edge busy" : "flow-edge"}>
      <path d={pathThrough(edge.points)} marker-end="url(#arrow)" />
      {isBusy && (
        <text x={edge.labelX} y={edge.labelY - 6} text-anchor="middle">
          {formatThroughput(rate.profiles_per_second, rate.bytes_per_second)}
        </text>
      )}
    </g>
  );
}

function Box(props: {
  component: FlowComponent;
  place: PlacedComponent;
  rates: RateTable;
  isSelected: boolean;
  forwardsTo: readonly string[];
  onSelect: (id: string) => void;
}) {
  const { component, place, rates, isSelected, forwardsTo, onSelect } = props;
  const { profiles, bytes } = outgoing(rates, component.id);
  const { left, top, width, height } = place;
  return (
    <li style={{ left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` }}>
      <button
        type="button"
        class={`flow-box ${component.health.state}`}
        aria-pressed={isSelected}
        data-component={component.id}
        onClick={() => onSelect(component.id)}
      >
        <span class="flow-type">{component.type}</span>
        <span class="flow-head">
          <strong>{component.label}</strong>
          <span class={`badge ${component.health.state === "healthy" ? "good" : "bad"}`}>
            {component.health.state}
          </span>
        </span>
        <span class="visually-hidden">
          {forwardsTo.length > 0 && `forwards to ${forwardsTo.join(", ")}; `}
          {formatThroughput(profiles, bytes)}
        </span>
        {component.endpoints.map((endpoint) => (
          <EndpointLine key={endpoint.name} {...{ endpoint, rates }} component={component.id} />
        ))}
      </button>
    </li>
  );
}

function EndpointLine(props: { component: string; endpoint: FlowEndpoint; rates: RateTable }) {
  const { component, endpoint, rates } = props;
  const rate = rates.endpoints.get(endpointKey(component, endpoint.name));
  const parts = [`${formatCount(rate?.profiles_per_second ?? 0)}/s`];
  const errors = rate?.errors_per_second ?? 0;
  if (errors > 0) parts.push(`${formatCount(errors)} errors/s`);
  else if ((rate?.errors_total ?? 0) > 0) parts.push(`${formatCount(rate?.errors_total ?? 0)} errors in all`);
  if (rate?.queue) {
    const { profiles, oldest_ms } = rate.queue;
    parts.push(`${formatCount(profiles)} queued${oldest_ms === null ? "" : `, ${formatSpan(oldest_ms)}`}`);
  }
  return (
    <span class={endpoint.failing === null ? "flow-endpoint" : "flow-endpoint failing"}>
      <span class="flow-endpoint-name">{endpoint.name}</span>
      <span>
        {endpoint.failing === null ? "" : "failing · "}
        {parts.join(" · ")}
      </span>
    </span>
  );
}
