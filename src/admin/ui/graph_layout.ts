import { Graph, layout } from "@dagrejs/dagre";
import type { FlowComponent, FlowEdge } from "../api/flow.ts";

/** Where a component stands, in pixels from the upper left corner. */
export interface PlacedComponent {
  readonly id: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The way of an edge, from the edge of one box to that of the other. */
export interface PlacedEdge extends FlowEdge {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Where its text is centred. */
  readonly labelX: number;
  readonly labelY: number;
}

/** A graph that has been laid out. */
export interface PlacedGraph {
  readonly width: number;
  readonly height: number;
  readonly components: readonly PlacedComponent[];
  readonly edges: readonly PlacedEdge[];
}

/** Sizes of what the style sheet draws, in pixels. */
export const boxSize = { width: 236, headHeight: 64, endpointHeight: 46 } as const;
const edgeLabel = { width: 112, height: 20 } as const;

/** Lays out components from left to right, in the direction that profiles take. */
export function placeGraph(
  components: readonly Pick<FlowComponent, "id" | "endpoints">[],
  edges: readonly FlowEdge[],
): PlacedGraph {
  const graph = new Graph({ directed: true });
  graph.setGraph({ rankdir: "LR", nodesep: 24, ranksep: 48, edgesep: 16, marginx: 16, marginy: 16 });
  for (const { id, endpoints } of components) {
    graph.setNode(id, {
      width: boxSize.width,
      height: boxSize.headHeight + endpoints.length * boxSize.endpointHeight,
    });
  }
  for (const { from, to } of edges) {
    if (graph.hasNode(from) && graph.hasNode(to)) graph.setEdge(from, to, { ...edgeLabel, labelpos: "c" });
  }
  layout(graph);
  return {
    width: graph.graph().width ?? 0,
    height: graph.graph().height ?? 0,
    components: components.map(({ id }) => {
      const { x, y, width, height } = graph.node(id);
      return { id, left: x - width / 2, top: y - height / 2, width, height };
    }),
    edges: graph.edges().map(({ v, w }) => {
      const { points, x, y } = graph.edge(v, w);
      return { from: v, to: w, points, labelX: x ?? 0, labelY: y ?? 0 };
    }),
  };
}

/** What the layout depends on, as text: while it stays the same, a graph need not be laid out again. */
export function wiringOf(
  components: readonly Pick<FlowComponent, "id" | "endpoints">[],
  edges: readonly FlowEdge[],
): string {
  return JSON.stringify([
    components.map(({ id, endpoints }) => [id, endpoints.length]),
    edges.map(({ from, to }) => [from, to]),
  ]);
}

/** Draws a smooth line through points, as the `d` of an SVG path. */
export function pathThrough(points: PlacedEdge["points"]): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  let path = `M${round(first.x)},${round(first.y)}`;
  let before = first;
  for (const point of rest) {
    const middle = (before.x + point.x) / 2;
    path += `C${round(middle)},${round(before.y)} ${round(middle)},${round(point.y)} ${round(point.x)},${round(point.y)}`;
    before = point;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
