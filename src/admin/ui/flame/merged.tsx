import { useMemo } from "preact/hooks";
import type { FlameGraph, MergeReport } from "../../api/flame_graph.ts";
import { formatBytes, formatMoment, formatShare, formatValue } from "../format.ts";
import { fillPath } from "../request_path.ts";
import { formatRoute } from "../route.ts";
import { useAnswer } from "../use_answer.ts";
import { Problem } from "../view_head.tsx";
import { frameTree } from "./frames.ts";
import { FlameGraphCanvas } from "./graph.tsx";
import type { Selection } from "./selection.ts";
import { type TopColumn, topRows } from "./top.ts";
import { TopTable } from "./top_table.tsx";

/** What is searched for in graph and table alike. */
export interface Searching {
  readonly search: string;
  readonly onSearch: (text: string) => void;
}

/** Everything that is selected, as one flame graph with its table. */
export function MergedGraph({
  selection,
  type,
  ...searching
}: { selection: Selection; type: string } & Searching) {
  const query = { ...selection, type };
  const { answer, problem, isAsking } = useAnswer("GET /api/v0/store/flamegraph", { query });
  const merged = fillPath("/api/v0/store/pprof", undefined, query);
  return (
    <>
      <Problem text={problem} />
      <p role="status">{isAsking ? "Merging profiles…" : ""}</p>
      {answer !== undefined && answer.merged.profiles === 0 && <p class="notice">No profile matches.</p>}
      {answer !== undefined && answer.merged.profiles > 0 && (
        <>
          <p class="row">
            <MergedWords merged={answer.merged} />
            <a href={formatRoute("profile", { merged, title: type })}>Open in speedscope</a>
            <a href={merged} download="merged.pb.gz">
              Download as pprof
            </a>
          </p>
          <Graph graph={answer} {...searching} />
        </>
      )}
    </>
  );
}

function Graph({ graph, search, onSearch }: { graph: FlameGraph } & Searching) {
  const tree = useMemo(() => frameTree(graph), [graph]);
  const rows = useMemo(() => topRows(graph.functions), [graph]);
  const { unit } = graph.type;
  const describe = (index: number) => {
    const node = graph.nodes[index];
    if (node === undefined) return "";
    const total = `${formatValue(node.total, unit)} (${formatShare(node.total, graph.total)})`;
    const file = graph.functions[node.function]?.file ?? "";
    return `${total} in all, ${formatValue(node.self, unit)} itself${file === "" ? "" : `, ${file}`}`;
  };
  const format = (value: number) => `${formatValue(value, unit)} · ${formatShare(value, graph.total)}`;
  return (
    <div class="flame-columns">
      <FlameGraphCanvas label={`Flame graph of ${graph.type.id}`} {...{ tree, search, describe }} />
      <TopTable<TopColumn>
        {...{ rows, search, onSearch }}
        columns={[
          { key: "self", title: "Self", format },
          { key: "total", title: "Total", format },
        ]}
        first={{ by: "self", isDescending: true }}
      />
    </div>
  );
}

/** What a graph was made of, and what of it is missing. */
export function MergedWords({ merged }: { merged: MergeReport }) {
  const { profiles, bytes, from, until, left_out, unreadable, unreadable_reason, is_bounded } = merged;
  return (
    <span>
      {profiles === 1 ? "1 profile" : `${profiles} profiles`}, {formatBytes(bytes)}
      {from !== null && until !== null && `, ${formatMoment(from)} – ${formatMoment(until)}`}
      {left_out > 0 && `; ${left_out} older ones left out, since they are too many`}
      {unreadable > 0 &&
        `; ${unreadable} can't be read${unreadable_reason === null ? "" : ` (${unreadable_reason})`}`}
      {is_bounded && "; small functions put together"}
    </span>
  );
}
