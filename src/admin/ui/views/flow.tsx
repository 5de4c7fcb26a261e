import { useState } from "preact/hooks";
import type { Flow } from "../../api/flow.ts";
import type { MetricPoint } from "../../api/metrics.ts";
import { ComponentDetails } from "../flow/details.tsx";
import { FlowGraph } from "../flow/graph.tsx";
import { noRates, tabulateRates } from "../flow/rates.ts";
import { replaceRoute } from "../navigation.ts";
import type { ViewProps } from "../shell.tsx";
import { connectionWords, useStream } from "../use_stream.ts";
import { ViewHead } from "../view_head.tsx";

/** How large the graph may be drawn; 0 stands for as wide as there is room. */
const zooms = [0, 0.25, 0.5, 0.75, 1, 1.25] as const;

/** The components as they are wired, and what passes between them now. */
export function FlowView({ parameters }: ViewProps) {
  const [flow, setFlow] = useState<Flow>();
  const [rates, setRates] = useState(noRates);
  const [point, setPoint] = useState<MetricPoint>();
  const [zoom, setZoom] = useState(0);
  const isConnected = useStream("GET /api/v0/flow/events", undefined, {
    flow: setFlow,
    rates: (next) => setRates(tabulateRates(next)),
    metrics: setPoint,
  });
  const selected = flow?.components.find(({ id }) => id === parameters["component"]);
  const select = (component: string | undefined) => replaceRoute("flow", { component });

  return (
    <>
      <ViewHead title="Flow">
        <div class="row">
          <span class="muted" role="status">
            {connectionWords(isConnected)}
          </span>
          <FindComponent flow={flow} onFound={select} />
          <label class="field">
            <span>Zoom</span>
            <select value={zoom} onChange={(event) => setZoom(Number(event.currentTarget.value))}>
              {zooms.map((one) => (
                <option key={one} value={one}>
                  {one === 0 ? "Fit" : `${one * 100} %`}
                </option>
              ))}
            </select>
          </label>
        </div>
      </ViewHead>
      {flow !== undefined && (
        <div class={selected === undefined ? "flow" : "flow with-details"}>
          <FlowGraph {...{ flow, rates, zoom }} selected={selected?.id} onSelect={select} />
          {selected !== undefined && (
            <ComponentDetails
              key={selected.id}
              {...{ rates, point }}
              component={selected}
              onClose={() => select(undefined)}
            />
          )}
        </div>
      )}
    </>
  );
}

function FindComponent({ flow, onFound }: { flow: Flow | undefined; onFound: (id: string) => void }) {
  const find = (text: string) => {
    const found = text === "" ? undefined : flow?.components.find(({ id }) => id.includes(text));
    if (found === undefined) return;
    document.querySelector(`[data-component="${CSS.escape(found.id)}"]`)?.scrollIntoView({
      block: "nearest",
      inline: "center",
    });
    if (found.id === text) onFound(text);
  };
  return (
    <label class="field">
      <span>Find a component</span>
      <input type="search" list="components" onInput={(event) => find(event.currentTarget.value)} />
      <datalist id="components">
        {flow?.components.map(({ id }) => (
          <option key={id} value={id} />
        ))}
      </datalist>
    </label>
  );
}
