import { useMemo } from "preact/hooks";
import type { DiffGraph } from "../../api/flame_graph.ts";
import { formatShare, formatValue } from "../format.ts";
import { useAnswer } from "../use_answer.ts";
import { Problem } from "../view_head.tsx";
import { diffTree } from "./frames.ts";
import { FlameGraphCanvas } from "./graph.tsx";
import { MergedWords, type Searching } from "./merged.tsx";
import type { Selection } from "./selection.ts";
import { type DiffColumn, diffRows } from "./top.ts";
import { TopTable } from "./top_table.tsx";

/** What two selections differ in, in colour and numbers. */
export function Difference(props: { selection: Selection; baseline: Selection; type: string } & Searching) {
  const { selection, baseline, type, ...searching } = props;
  const { answer, problem, isAsking } = useAnswer("GET /api/v0/store/diff", {
    query: {
      type,
      left_match: baseline.match,
      left_from: baseline.from,
      left_until: baseline.until,
      right_match: selection.match,
      right_from: selection.from,
      right_until: selection.until,
    },
  });
  return (
    <>
      <Problem text={problem} />
      <p role="status">{isAsking ? "Comparing profiles…" : ""}</p>
      {answer !== undefined && (
        <>
          <dl class="facts">
            <dt>Before (left)</dt>
            <dd>
              <MergedWords merged={answer.left_merged} />
            </dd>
            <dt>After (right)</dt>
            <dd>
              <MergedWords merged={answer.right_merged} />
            </dd>
          </dl>
          <p class="legend">
            <span class="swatch less" /> less than before <span class="swatch same" /> the same{" "}
            <span class="swatch more" /> more than before; everything as a share of its side
          </p>
          <Graph graph={answer} {...searching} />
        </>
      )}
    </>
  );
}

function Graph({ graph, search, onSearch }: { graph: DiffGraph } & Searching) {
  const tree = useMemo(() => diffTree(graph), [graph]);
  const rows = useMemo(() => diffRows(graph), [graph]);
  const describe = (index: number) => {
    const node = graph.nodes[index];
    if (node === undefined) return "";
    const left = formatShare(node.left_total, graph.left_total);
    const right = formatShare(node.right_total, graph.right_total);
    const { unit } = graph.type;
    return `before ${left} (${formatValue(node.left_total, unit)}), after ${right} (${formatValue(node.right_total, unit)})`;
  };
  const share = (value: number) => formatShare(value, 1);
  const change = (value: number) => `${value > 0 ? "+" : ""}${share(value)}`;
  return (
    <div class="flame-columns stacked">
      <FlameGraphCanvas label={`Difference in ${graph.type.id}`} {...{ tree, search, describe }} />
      <TopTable<DiffColumn>
        {...{ rows, search, onSearch }}
        columns={[
          { key: "left", title: "Self before", format: share },
          { key: "right", title: "Self after", format: share },
          { key: "change", title: "Change", format: change },
          { key: "leftTotal", title: "Total before", format: share },
          { key: "rightTotal", title: "Total after", format: share },
          { key: "totalChange", title: "Change of total", format: change },
        ]}
        first={{ by: "change", isDescending: true }}
      />
    </div>
  );
}
