import { QueuePanel } from "../queues/queue_panel.tsx";
import type { ViewProps } from "../shell.tsx";
import { useAnswer } from "../use_answer.ts";
import { Problem, ViewHead } from "../view_head.tsx";

/** How often it looks how much waits, in milliseconds; the charts have a new value every five seconds. */
const queuesEveryMs = 2000;
const chartsEveryMs = 5000;

/** What waits for each endpoint, and what its destination refused for good. */
export function QueuesView(_: ViewProps) {
  const { answer, problem, again } = useAnswer("GET /api/v0/queues", { everyMs: queuesEveryMs });
  const { answer: history } = useAnswer("GET /api/v0/flow/metrics", { everyMs: chartsEveryMs });
  const queues = answer?.queues ?? [];
  return (
    <>
      <ViewHead title="Queues" />
      <Problem text={problem} />
      {answer !== undefined && queues.length === 0 && (
        <p class="notice">
          No endpoint has a queue. One with <code>queue: {"{ type: disk }"}</code> keeps profiles while its
          destination is away.
        </p>
      )}
      {queues.map((queue) => (
        <QueuePanel
          key={`${queue.id} ${queue.type}`}
          {...{ queue, history }}
          others={queues.filter(({ id, has_endpoint }) => id !== queue.id && has_endpoint)}
          now={Date.now()}
          onChanged={again}
        />
      ))}
    </>
  );
}
