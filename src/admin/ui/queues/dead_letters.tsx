import type { DeadLetter, Queue } from "../../api/queues.ts";
import { formatBytes, formatMoment } from "../format.ts";
import { fillPath } from "../request_path.ts";
import { useAnswer } from "../use_answer.ts";
import { Problem } from "../view_head.tsx";
import { readablePath } from "./readable_path.ts";
import { profilesWords, type useOrders } from "./use_orders.tsx";

type GiveOrder = ReturnType<typeof useOrders>["order"];

/** How many are listed; the newest are. */
const limit = 100;

/** How often it looks whether there are others, in milliseconds. */
const everyMs = 2000;

const resent = (profiles: number) => `${profilesWords(profiles)} sent again.`;
const dropped = (profiles: number) => `${profilesWords(profiles)} dropped.`;

/** What the destination refused for good: to look into, send again, or drop. */
export function DeadLetters({ queue, order }: { queue: Queue; order: GiveOrder }) {
  const path = { queue: queue.id };
  const { answer, problem } = useAnswer("GET /api/v0/queues/:queue/dead_letters", {
    path,
    query: { limit },
    everyMs,
  });
  const letters = answer?.dead_letters ?? [];
  return (
    <div class="scroll">
      <div class="view-head">
        <h3>Dead letters</h3>
        <div class="row">
          <button
            type="button"
            onClick={() =>
              order({
                endpoint: "POST /api/v0/queues/:queue/dead_letters/resend",
                question: { path },
                action: "Resend all",
                done: resent,
              })
            }
          >
            Resend all
          </button>
          <button
            type="button"
            class="danger"
            onClick={() =>
              order({
                endpoint: "DELETE /api/v0/queues/:queue/dead_letters",
                question: { path },
                confirm: `Drop ${queue.dead_letters} dead letters of ${queue.endpoint}? They are lost for good.`,
                action: "Drop",
                done: dropped,
              })
            }
          >
            Drop all
          </button>
        </div>
      </div>
      <Problem text={problem} />
      <table>
        <caption>
          {queue.dead_letters > letters.length
            ? `The newest ${letters.length} of ${queue.dead_letters}`
            : "The newest first"}
        </caption>
        <thead>
          <tr>
            <th scope="col">Refused</th>
            <th scope="col">Why</th>
            <th scope="col">What it is</th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col">What to do</th>
          </tr>
        </thead>
        <tbody>
          {letters.map((letter) => (
            <Letter key={letter.id} {...{ letter, queue, order }} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Letter({ letter, queue, order }: { letter: DeadLetter; queue: Queue; order: GiveOrder }) {
  const path = { queue: queue.id, id: letter.id };
  const when = formatMoment(letter.refused_at);
  return (
    <tr>
      <td class="number">{when}</td>
      <td>{letter.reason}</td>
      <td>
        {letter.kind}, {letter.content_type === "" ? "no content type" : letter.content_type}
        <br />
        <code class="wrapped">{readablePath(letter.path)}</code>
        <br />
        <span class="muted">accepted {formatMoment(letter.accepted_at)}</span>
      </td>
      <td class="number">{formatBytes(letter.bytes)}</td>
      <td>
        <div class="row">
          <button
            type="button"
            aria-label={`Resend the one of ${when}`}
            onClick={() =>
              order({
                endpoint: "POST /api/v0/queues/:queue/dead_letters/:id/resend",
                question: { path },
                action: "Resend",
                done: resent,
              })
            }
          >
            Resend
          </button>
          <a class="button" href={fillPath("/api/v0/queues/:queue/dead_letters/:id/body", path)} download>
            Download
          </a>
          <button
            type="button"
            class="danger"
            aria-label={`Drop the one of ${when}`}
            onClick={() =>
              order({
                endpoint: "DELETE /api/v0/queues/:queue/dead_letters/:id",
                question: { path },
                confirm: `Drop the dead letter of ${when}? It is lost for good.`,
                action: "Drop",
                done: dropped,
              })
            }
          >
            Drop
          </button>
        </div>
      </td>
    </tr>
  );
}
