import { type CallTree, rootNode } from "./call_tree.ts";

/** A node as it is drawn. */
export interface DrawnNode {
  /** Undefined for the small callees of one node, drawn as one. */
  readonly node: number | undefined;
  /** The nodes that are drawn as one. */
  readonly others: readonly number[];
  readonly depth: number;
  readonly x: number;
  readonly width: number;
}

/** Functions that the table shows whether they are drawn or not, by each of what it is sorted by. */
const tableFunctions = 500;

/**
 * Lays out the largest nodes of a tree, in preorder, callees from the widest to the narrowest.
 *
 * @param widths by node: how wide it is; no wider than its caller.
 */
export function drawNodes(
  tree: CallTree,
  widths: readonly number[],
  maxNodes: number,
): { readonly drawn: DrawnNode[]; readonly isBounded: boolean } {
  const kept = keptNodes(tree, widths, maxNodes);
  const callees = tree.callees();
  const drawn: DrawnNode[] = [];
  let isBounded = false;
  const stack: DrawnNode[] = [{ node: rootNode, others: [], depth: 0, x: 0, width: widths[rootNode] ?? 0 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    drawn.push(next);
    if (next.node === undefined) continue;
    const all = (callees[next.node] ?? []).filter((node) => (widths[node] ?? 0) > 0);
    const shown = all
      .filter((node) => kept.has(node))
      .sort((left, right) => (widths[right] ?? 0) - (widths[left] ?? 0));
    const others = all.filter((node) => !kept.has(node));
    const depth = next.depth + 1;
    let { x } = next;
    const row: DrawnNode[] = [];
    for (const node of shown) {
      row.push({ node, others: [], depth, x, width: widths[node] ?? 0 });
      x += widths[node] ?? 0;
    }
    if (others.length > 0) {
      isBounded = true;
      const width = others.reduce((sum, node) => sum + (widths[node] ?? 0), 0);
      row.push({ node: undefined, others, depth, x, width });
    }
    for (const one of row.reverse()) stack.push(one);
  }
  return { drawn, isBounded };
}

/** The widest nodes; half as many as are drawn, since each may have others that are drawn as one. */
function keptNodes(tree: CallTree, widths: readonly number[], maxNodes: number): ReadonlySet<number> {
  const most = Math.max(1, Math.floor(maxNodes / 2));
  const nodes = tree.functionOf.map((_, node) => node);
  if (nodes.length <= most) return new Set(nodes);
  // A caller has a lower number than what it calls, so that of equally wide ones it comes first.
  nodes.sort((left, right) => (widths[right] ?? 0) - (widths[left] ?? 0) || left - right);
  return new Set(nodes.slice(0, most));
}

/** By function: the values of call paths that end in it. */
export function functionSelf(tree: CallTree, self: readonly number[]): number[] {
  const sums: number[] = tree.functions.map(() => 0);
  for (let node = 1; node < tree.nodes; node += 1) {
    const number = tree.functionOf[node] ?? 0;
    sums[number] = (sums[number] ?? 0) + (self[node] ?? 0);
  }
  return sums;
}

/** By function: the values of all stacks that it is in, each counted once however often it calls itself. */
export function functionTotals(tree: CallTree, totals: readonly number[]): number[] {
  const sums: number[] = tree.functions.map(() => 0);
  const onPath = new Uint32Array(tree.functions.length);
  for (const [node, step] of walk(tree)) {
    const number = tree.functionOf[node] ?? 0;
    const times = onPath[number] ?? 0;
    if (step === 1 && times === 0) sums[number] = (sums[number] ?? 0) + (totals[node] ?? 0);
    onPath[number] = times + step;
  }
  return sums;
}

/** Meets every node but the root twice: on the way in (1), and on the way out (-1). */
function* walk(tree: CallTree): Generator<readonly [node: number, step: 1 | -1]> {
  const callees = tree.callees();
  const stack = [...(callees[rootNode] ?? [])];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next < 0) yield [~next, -1];
    else {
      yield [next, 1];
      // Its complement stands for the way out.
      stack.push(~next);
      for (const callee of callees[next] ?? []) stack.push(callee);
    }
  }
}

/** The functions that are drawn or have a place in the table, the largest of `order` first. */
export function shownFunctions(
  tree: CallTree,
  drawn: readonly DrawnNode[],
  tables: readonly (readonly number[])[],
  order: readonly number[],
): number[] {
  const shown = new Set<number>();
  for (const { node } of drawn) {
    const number = node === undefined ? -1 : (tree.functionOf[node] ?? -1);
    if (number >= 0) shown.add(number);
  }
  for (const sums of tables) {
    const largest = sums
      .map((_, number) => number)
      .sort((left, right) => (sums[right] ?? 0) - (sums[left] ?? 0));
    for (const number of largest.slice(0, tableFunctions)) if ((sums[number] ?? 0) > 0) shown.add(number);
  }
  return [...shown].sort((left, right) => (order[right] ?? 0) - (order[left] ?? 0) || left - right);
}
