import type { DiffGraph, FlameGraph } from "../../api/flame_graph.ts";

/** One call path, wherever the tree comes from. */
export interface Frame {
  /** Index in the list of functions; -1 for the root, -2 for small ones put together. */
  readonly function: number;
  readonly depth: number;
  /** Where it begins and how wide it is, from 0 to 1. */
  readonly x: number;
  readonly width: number;
  /** How much larger its share is on the right than on the left, from -1 to 1; undefined where nothing is compared. */
  readonly change?: number;
}

/** A tree of calls in preorder, with what finding one's way in it needs. */
export interface FrameTree {
  readonly frames: readonly Frame[];
  /** The index of each frame's parent; -1 for the root. */
  readonly parents: Int32Array;
  /** The index behind each frame's last descendant. */
  readonly ends: Int32Array;
  readonly names: readonly string[];
}

/** The tree of a merged profile. */
export function frameTree({ nodes, functions, total }: FlameGraph): FrameTree {
  const whole = total === 0 ? 1 : total;
  return treeOf(
    nodes.map(({ function: index, depth, x, total: size }) => ({
      function: index,
      depth,
      x: x / whole,
      width: size / whole,
    })),
    functions,
  );
}

/** The tree of a comparison. */
export function diffTree({ nodes, functions, left_total, right_total }: DiffGraph): FrameTree {
  return treeOf(
    nodes.map((node) => ({
      function: node.function,
      depth: node.depth,
      x: node.x,
      width: node.width,
      change: changeOf(shareOf(node.left_total, left_total), shareOf(node.right_total, right_total)),
    })),
    functions,
  );
}

function treeOf(frames: readonly Frame[], functions: readonly { readonly name: string }[]): FrameTree {
  const parents = new Int32Array(frames.length).fill(-1);
  const ends = new Int32Array(frames.length).fill(frames.length);
  const path: number[] = [];
  frames.forEach(({ depth }, index) => {
    while (path.length > depth) ends[path.pop() ?? 0] = index;
    parents[index] = path.at(-1) ?? -1;
    path.push(index);
  });
  return { frames, parents, ends, names: functions.map(({ name }) => name) };
}

/** What part of a whole something is; 0 of nothing. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** How two shares differ, as a part of the larger one: -1 where it has gone, 1 where it is new. */
export function changeOf(left: number, right: number): number {
  const larger = Math.max(left, right);
  return larger === 0 ? 0 : (right - left) / larger;
}

/** The name of a frame's function. */
export function nameOf(tree: FrameTree, index: number): string {
  const frame = tree.frames[index];
  if (frame === undefined || frame.function === -1) return "all";
  return frame.function === -2 ? "(small ones together)" : (tree.names[frame.function] ?? "");
}

/** A frame as drawn: pixels from the left, and its row. */
export interface PlacedFrame {
  readonly index: number;
  readonly left: number;
  readonly width: number;
  readonly row: number;
}

/** Narrower frames are not drawn, in pixels. */
const minWidth = 0.5;

/** Places what is to be seen where `zoomed` fills the whole width: itself, what it calls, and its callers above. */
export function placeFrames(tree: FrameTree, zoomed: number, width: number): PlacedFrame[] {
  const { frames, parents, ends } = tree;
  const top = frames[zoomed];
  if (top === undefined) return [];
  const placed: PlacedFrame[] = [];
  for (let index = parents[zoomed] ?? -1; index >= 0; index = parents[index] ?? -1) {
    placed.push({ index, left: 0, width, row: frames[index]?.depth ?? 0 });
  }
  const scale = top.width === 0 ? 0 : width / top.width;
  const end = ends[zoomed] ?? frames.length;
  for (let index = zoomed; index < end; ) {
    const frame = frames[index];
    if (frame === undefined) break;
    const size = frame.width * scale;
    if (size < minWidth) {
      // What it calls is no wider than itself.
      index = ends[index] ?? end;
      continue;
    }
    placed.push({ index, left: (frame.x - top.x) * scale, width: size, row: frame.depth });
    index += 1;
  }
  return placed;
}

/** A step from one frame to another. */
export type Step = "caller" | "callee" | "left" | "right" | "first";

/** Where a step leads: the caller, the largest callee, or a neighbour of the same caller; the same where none is. */
export function stepFrom({ frames, parents, ends }: FrameTree, index: number, step: Step): number {
  const parent = parents[index] ?? -1;
  switch (step) {
    case "first":
      return 0;
    case "caller":
      return parent < 0 ? index : parent;
    case "callee":
      return (ends[index] ?? 0) > index + 1 ? index + 1 : index;
    case "right": {
      const next = ends[index] ?? index;
      return next < frames.length && parents[next] === parent ? next : index;
    }
    case "left": {
      let before = index;
      for (let child = parent + 1; parent >= 0 && child < index; child = ends[child] ?? index) before = child;
      return before;
    }
  }
}

/** The functions whose name holds the text, whatever the case; undefined where nothing is searched for. */
export function matchingFunctions(names: readonly string[], search: string): ReadonlySet<number> | undefined {
  if (search === "") return undefined;
  const wanted = search.toLowerCase();
  const found = new Set<number>();
  names.forEach((name, index) => {
    if (name.toLowerCase().includes(wanted)) found.add(index);
  });
  return found;
}

/** What part of the whole the stacks are that one of these functions is in, each counted once. */
export function matchedShare({ frames, ends }: FrameTree, functions: ReadonlySet<number>): number {
  let share = 0;
  for (let index = 0; index < frames.length; ) {
    const frame = frames[index];
    if (frame === undefined) break;
    const isMatch = functions.has(frame.function);
    if (isMatch) share += frame.width;
    index = isMatch ? (ends[index] ?? frames.length) : index + 1;
  }
  return share;
}
