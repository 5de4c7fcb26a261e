import type { DiffFunction, DiffNode } from "../api/flame_graph.ts";
import { type CallTree, rootNode } from "./call_tree.ts";
import { type DrawnNode, drawNodes, functionSelf, functionTotals, shownFunctions } from "./drawn_tree.ts";
import { placeOf } from "./flame_graph.ts";

/** The drawing of the difference of two sides: see the API's DiffGraph. */
export interface DiffDrawing {
  readonly left_total: number;
  readonly right_total: number;
  readonly functions: readonly DiffFunction[];
  readonly nodes: readonly DiffNode[];
  readonly isBounded: boolean;
}

/** Draws a tree of two sides with at most so many nodes. */
export function drawDiffGraph(tree: CallTree, maxNodes: number): DiffDrawing {
  const [left, right] = [sideOf(tree, 0), sideOf(tree, 1)];
  const widths = left.totals.map(
    (value, node) => (shareOf(value, left) + shareOf(right.totals[node] ?? 0, right)) / 2,
  );
  const { drawn, isBounded } = drawNodes(tree, widths, maxNodes);
  const difference = tree.functions.map((_, number) =>
    Math.abs(shareOf(right.functionSelf[number] ?? 0, right) - shareOf(left.functionSelf[number] ?? 0, left)),
  );
  const tables = [difference, left.functionTotal, right.functionTotal];
  const order = shownFunctions(tree, drawn, tables, difference);
  const places = new Map(order.map((number, place) => [number, place]));
  return {
    left_total: left.total,
    right_total: right.total,
    functions: order.map(
      (number): DiffFunction => ({
        name: tree.functions[number]?.name ?? "",
        file: tree.functions[number]?.file ?? "",
        left_self: left.functionSelf[number] ?? 0,
        left_total: left.functionTotal[number] ?? 0,
        right_self: right.functionSelf[number] ?? 0,
        right_total: right.functionTotal[number] ?? 0,
      }),
    ),
    nodes: drawn.map(
      (node): DiffNode => ({
        function: placeOf(tree, node, places),
        depth: node.depth,
        x: node.x,
        width: node.width,
        left_self: valueAt(node, left, "self"),
        left_total: valueAt(node, left, "totals"),
        right_self: valueAt(node, right, "self"),
        right_total: valueAt(node, right, "totals"),
      }),
    ),
    isBounded: isBounded || tree.isBounded,
  };
}

interface Side {
  readonly total: number;
  readonly self: readonly number[];
  readonly totals: readonly number[];
  readonly functionSelf: readonly number[];
  readonly functionTotal: readonly number[];
}

function sideOf(tree: CallTree, side: number): Side {
  const self = tree.self[side] ?? [];
  const totals = tree.totals(side);
  return {
    total: totals[rootNode] ?? 0,
    self,
    totals,
    functionSelf: functionSelf(tree, self),
    functionTotal: functionTotals(tree, totals),
  };
}

function shareOf(value: number, side: Side): number {
  return side.total === 0 ? 0 : value / side.total;
}

/** What is drawn as one ends there: its self is its total. */
function valueAt({ node, others }: DrawnNode, side: Side, kind: "self" | "totals"): number {
  if (node !== undefined) return side[kind][node] ?? 0;
  return others.reduce((sum, other) => sum + (side.totals[other] ?? 0), 0);
}
