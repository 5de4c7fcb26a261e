import type { FlameFunction, FlameNode } from "../api/flame_graph.ts";
import { type CallTree, rootNode } from "./call_tree.ts";
import { type DrawnNode, drawNodes, functionSelf, functionTotals, shownFunctions } from "./drawn_tree.ts";

/** The drawing of a tree: see the API's FlameGraph. */
export interface Drawing {
  readonly total: number;
  readonly functions: readonly FlameFunction[];
  readonly nodes: readonly FlameNode[];
  readonly isBounded: boolean;
}

/** Draws a tree with at most so many nodes. */
export function drawFlameGraph(tree: CallTree, maxNodes: number): Drawing {
  const totals = tree.totals(0);
  const self = tree.self[0] ?? [];
  const total = totals[rootNode] ?? 0;
  const { drawn, isBounded } = drawNodes(tree, totals, maxNodes);
  const selfByFunction = functionSelf(tree, self);
  const totalByFunction = functionTotals(tree, totals);
  const order = shownFunctions(tree, drawn, [selfByFunction, totalByFunction], selfByFunction);
  const places = new Map(order.map((number, place) => [number, place]));
  const nodes = drawn.map(
    (node): FlameNode => ({
      function: placeOf(tree, node, places),
      depth: node.depth,
      x: node.x,
      self: node.node === undefined ? node.width : (self[node.node] ?? 0),
      total: node.width,
    }),
  );
  const functions = order.map(
    (number): FlameFunction => ({
      name: tree.functions[number]?.name ?? "",
      file: tree.functions[number]?.file ?? "",
      self: selfByFunction[number] ?? 0,
      total: totalByFunction[number] ?? 0,
    }),
  );
  return { total, functions, nodes, isBounded: isBounded || tree.isBounded };
}

/** Where a node's function stands in what is shown: -1 for the root, -2 for several together. */
export function placeOf(tree: CallTree, { node }: DrawnNode, places: ReadonlyMap<number, number>): number {
  if (node === undefined) return -2;
  return node === rootNode ? -1 : (places.get(tree.functionOf[node] ?? -1) ?? -2);
}
