import { useState } from "preact/hooks";
import type { MetricHistory } from "../../api/metrics.ts";
import type { Queue } from "../../api/queues.ts";
import { Chart } from "../flow/chart.tsx";
import { seriesKey } from "../flow/history.ts";
import { formatBytes, formatSpan } from "../format.ts";
import { formatRoute } from "../route.ts";
import { DeadLetters } from "./dead_letters.tsx";
import { profilesWords, useOrders } from "./use_orders.tsx";

/** What tells of a queue over time: how deep, how old, and how much leaves. */
const charted: ReadonlySet<string> = new Set([
  "queue_profiles",
  "queue_oldest",
  "profiles_sent",
  "bytes_sent",
]);

/** One queue: what waits, over time, and what can be done with it. */
export function QueuePanel(props: {
  queue: Queue;
  others: readonly Queue[];
  history: MetricHistory | undefined;
  now: number;
  onChanged: () => void;
}) {
  const { queue, others, history, now, onChanged } = props;
  const { order, shown } = useOrders(onChanged);
  const series = (history?.series ?? []).filter(
    ({ component, endpoint, metric }) =>
      component === queue.component_id && endpoint === queue.endpoint && charted.has(metric),
  );
  return (
    <section class="panel" aria-label={queue.id}>
      <div class="view-head">
        <h2>
          {queue.endpoint} <span class="badge">{queue.type}</span>
        </h2>
        <a href={formatRoute("flow", { component: queue.component_id })}>{queue.component_id}</a>
      </div>
      {queue.paused !== null && <p class="notice bad">Paused: {queue.paused}</p>}
      {!queue.has_endpoint && (
        <p class="notice">No endpoint of the configuration sends what is in here: move it, or drop it.</p>
      )}
      <dl class="facts">
        <dt>Waiting</dt>
        <dd>
          {profilesWords(queue.profiles)}, {formatBytes(queue.bytes)}
        </dd>
        <dt>Oldest</dt>
        <dd>{queue.oldest_at === null ? "none" : `${formatSpan(Math.max(0, now - queue.oldest_at))} old`}</dd>
        <dt>Backlog may leave at</dt>
        <dd>{queue.drain_rate === null ? "nobody sends it" : `${formatBytes(queue.drain_rate)}/s`}</dd>
        <dt>Dead letters</dt>
        <dd>
          {queue.dead_letters}, {formatBytes(queue.dead_letter_bytes)}
        </dd>
      </dl>
      {series.length > 0 && (
        <div class="charts">
          {series.map((one) => (
            <Chart key={seriesKey(one)} series={one} times={history?.times ?? []} />
          ))}
        </div>
      )}
      <div class="row">
        {others.length > 0 && <Move {...{ queue, others, order }} />}
        <button
          type="button"
          class="danger"
          disabled={queue.profiles === 0}
          onClick={() =>
            order({
              endpoint: "DELETE /api/v0/queues/:queue",
              question: { path: { queue: queue.id } },
              confirm: `Drop ${profilesWords(queue.profiles)} that wait for ${queue.endpoint}? They are lost for good.`,
              action: "Drop",
              done: (profiles) => `${profilesWords(profiles)} dropped.`,
            })
          }
        >
          Drop all that waits
        </button>
      </div>
      {shown}
      {queue.dead_letters > 0 && <DeadLetters {...{ queue, order }} />}
    </section>
  );
}

function Move(props: {
  queue: Queue;
  others: readonly Queue[];
  order: ReturnType<typeof useOrders>["order"];
}) {
  const { queue, others, order } = props;
  const [chosen, setChosen] = useState<string>();
  const to = others.find(({ id }) => id === chosen) ?? others[0];
  if (to === undefined) return null;
  return (
    <>
      <label class="field">
        <span>Another queue</span>
        <select value={to.id} onChange={(event) => setChosen(event.currentTarget.value)}>
          {others.map(({ id }) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        disabled={queue.profiles === 0}
        onClick={() =>
          order({
            endpoint: "POST /api/v0/queues/:queue/move",
            question: { path: { queue: queue.id }, query: { to: to.id } },
            confirm: `Send ${profilesWords(queue.profiles)} that wait for ${queue.endpoint} to ${to.endpoint}?`,
            action: "Move",
            done: (profiles) => `${profilesWords(profiles)} moved to ${to.endpoint}.`,
          })
        }
      >
        Move all there
      </button>
    </>
  );
}
