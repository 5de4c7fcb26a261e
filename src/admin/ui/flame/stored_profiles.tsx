import { useState } from "preact/hooks";
import { formatBytes, formatLabels, formatMoment } from "../format.ts";
import { fillPath } from "../request_path.ts";
import { formatRoute } from "../route.ts";
import { useAnswer } from "../use_answer.ts";
import { Problem } from "../view_head.tsx";
import type { Selection } from "./selection.ts";

const pageSize = 25;

/** The stored profiles one by one, the newest first, a page at a time. */
export function StoredProfiles({ selection, type }: { selection: Selection; type: string | undefined }) {
  // The cursors of the pages before this one, so that one can go back.
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const { answer, problem } = useAnswer("GET /api/v0/profiles", {
    query: { ...selection, type, limit: pageSize, cursor: cursors.at(-1) },
  });
  const next = answer?.next_cursor ?? null;
  return (
    <section class="panel scroll" aria-labelledby="one-by-one">
      <h2 id="one-by-one">One by one</h2>
      <Problem text={problem} />
      <table>
        <thead>
          <tr>
            <th scope="col">Received</th>
            <th scope="col">Service</th>
            <th scope="col">Labels</th>
            <th scope="col">Format</th>
            <th scope="col" class="number">
              Size
            </th>
            <th scope="col">Flame graph</th>
          </tr>
        </thead>
        <tbody>
          {answer?.profiles.map(({ id, received_at, service_name, labels, kind, format, bytes }) => {
            const { service_name: _, ...others } = labels;
            return (
              <tr key={id}>
                <td class="number">{formatMoment(received_at)}</td>
                <td>{service_name}</td>
                <td class="mono">{formatLabels(others)}</td>
                <td>{[kind, format].filter((one) => one !== "").join(" ")}</td>
                <td class="number">{formatBytes(bytes)}</td>
                <td>
                  <a href={formatRoute("profile", { id, title: service_name })}>
                    Open <span class="visually-hidden">{`the profile of ${formatMoment(received_at)}`}</span>
                  </a>{" "}
                  <a href={fillPath("/api/v0/profiles/:id", { id })} download>
                    Download
                  </a>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {answer?.profiles.length === 0 && <p class="muted">No profile matches.</p>}
      <p class="row">
        <button
          type="button"
          disabled={cursors.length === 0}
          onClick={() => setCursors(cursors.slice(0, -1))}
        >
          Newer
        </button>
        <button
          type="button"
          disabled={next === null}
          onClick={() => next !== null && setCursors([...cursors, next])}
        >
          Older
        </button>
      </p>
    </section>
  );
}
