import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { FlameGraph, FlameNode } from "../../../src/admin/api/flame_graph.ts";
import {
  changeOf,
  diffTree,
  type FrameTree,
  frameTree,
  matchedShare,
  matchingFunctions,
  nameOf,
  placeFrames,
  type Step,
  stepFrom,
} from "../../../src/admin/ui/flame/frames.ts";

const merged = {
  profiles: 1,
  bytes: 1,
  left_out: 0,
  unreadable: 0,
  unreadable_reason: null,
  is_bounded: false,
  from: 0,
  until: 1,
};
const type = { id: "cpu", sample_type: "cpu", unit: "nanoseconds" };

function graphOf(names: readonly string[], nodes: readonly FlameNode[]): FlameGraph {
  const functions = names.map((name) => ({ name, file: "", self: 0, total: 0 }));
  return { type, types: [type], total: nodes[0]?.total ?? 0, functions, nodes, merged };
}

function node(index: number, depth: number, x: number, total: number): FlameNode {
  return { function: index, depth, x, total, self: 0 };
}

/** all → main(80) → [work(50) → encode(30), idle(20)], gc(20). */
const tree = frameTree(
  graphOf(
    ["main", "work", "encode", "idle", "gc"],
    [
      node(-1, 0, 0, 100),
      node(0, 1, 0, 80),
      node(1, 2, 0, 50),
      node(2, 3, 0, 30),
      node(3, 2, 50, 20),
      node(4, 1, 80, 20),
    ],
  ),
);

describe("the tree", () => {
  test("knows callers and where what they call ends", () => {
    expect([...tree.parents]).toEqual([-1, 0, 1, 2, 1, 0]);
    expect([...tree.ends]).toEqual([6, 5, 4, 4, 5, 6]);
    expect([0, 1, 5].map((index) => nameOf(tree, index))).toEqual(["all", "main", "gc"]);
  });

  test("of nothing is nothing", () => {
    const empty = frameTree(graphOf([], []));
    expect(placeFrames(empty, 0, 800)).toEqual([]);
    expect(stepFrom(empty, 0, "callee")).toBe(0);
  });
});

describe("what is to be seen", () => {
  test("is all, where the root fills the width", () => {
    expect(placeFrames(tree, 0, 1000).map(({ left, width, row }) => [left, width, row])).toEqual([
      [0, 1000, 0],
      [0, 800, 1],
      [0, 500, 2],
      [0, 300, 3],
      [500, 200, 2],
      [800, 200, 1],
    ]);
  });

  test("is one frame with its callers above and what it calls below, where it fills the width", () => {
    const placed = placeFrames(tree, 2, 1000);
    expect(placed.map(({ index, left, width, row }) => [index, left, width, row])).toEqual([
      [1, 0, 1000, 1],
      [0, 0, 1000, 0],
      [2, 0, 1000, 2],
      [3, 0, 600, 3],
    ]);
  });

  test("leaves out what is too narrow, with all that it calls", () => {
    expect(placeFrames(tree, 0, 2).map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  test("lies within the width and never overlaps, whatever the tree", () => {
    fc.assert(
      fc.property(arbitraryTree(), fc.nat(), (any, zoom) => {
        const placed = placeFrames(any, zoom % any.frames.length, 1000);
        for (const row of Map.groupBy(placed, (one) => one.row).values()) {
          let end = 0;
          for (const { left, width } of row.toSorted((a, b) => a.left - b.left)) {
            expect(left).toBeGreaterThanOrEqual(end - 1e-6);
            end = left + width;
          }
          expect(end).toBeLessThanOrEqual(1000 + 1e-6);
        }
      }),
    );
  });
});

describe("steps", () => {
  test.each<[Step, number, number]>([
    ["caller", 3, 2],
    ["caller", 0, 0],
    ["callee", 1, 2],
    ["callee", 3, 3],
    ["right", 2, 4],
    ["right", 4, 4],
    ["left", 4, 2],
    ["left", 5, 1],
    ["left", 0, 0],
    ["first", 4, 0],
  ])("%s from %p leads to %p", (step, from, to) => {
    expect(stepFrom(tree, from, step)).toBe(to);
  });

  test("right and back leads to where one was", () => {
    fc.assert(
      fc.property(arbitraryTree(), fc.nat(), (any, start) => {
        const from = start % any.frames.length;
        const next = stepFrom(any, from, "right");
        fc.pre(next !== from);
        expect(stepFrom(any, next, "left")).toBe(from);
      }),
    );
  });
});

describe("searching", () => {
  test("finds functions whatever the case, and nothing for nothing", () => {
    expect(matchingFunctions(tree.names, "")).toBeUndefined();
    expect([...(matchingFunctions(tree.names, "WORK") ?? [])]).toEqual([1]);
  });

  test("counts a stack once, however often it matches", () => {
    expect(matchedShare(tree, new Set([0, 2]))).toBeCloseTo(0.8);
    expect(matchedShare(tree, new Set([2, 4]))).toBeCloseTo(0.5);
    expect(matchedShare(tree, new Set())).toBe(0);
  });
});

test("a change is the difference as a part of the larger share", () => {
  expect([changeOf(0, 0), changeOf(0, 0.1), changeOf(0.1, 0), changeOf(0.2, 0.1)]).toEqual([0, 1, -1, -0.5]);
  const diff = diffTree({
    type,
    left_total: 100,
    right_total: 200,
    functions: [],
    nodes: [
      {
        function: -1,
        depth: 0,
        x: 0,
        width: 1,
        left_self: 0,
        left_total: 100,
        right_self: 0,
        right_total: 200,
      },
    ],
    left_merged: merged,
    right_merged: merged,
  });
  expect(diff.frames[0]?.change).toBe(0);
});

/** Trees of calls as the server sends them: in preorder, children within their caller. */
function arbitraryTree(): fc.Arbitrary<FrameTree> {
  return fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 1, max: 9 })), { maxLength: 30 }).map((steps) => {
    const nodes: FlameNode[] = [node(-1, 0, 0, 1000)];
    // For each open depth: where the next child begins, and where its caller ends.
    const open = [{ next: 0, end: 1000 }];
    for (const [up, size] of steps) {
      open.length = Math.max(1, open.length - up);
      const caller = open.at(-1);
      if (caller === undefined) break;
      const total = Math.min(caller.end - caller.next, (caller.end - caller.next) * (size / 10));
      if (total <= 0) continue;
      nodes.push(node(0, open.length, caller.next, total));
      open.push({ next: caller.next, end: caller.next + total });
      caller.next += total;
    }
    return frameTree(graphOf(["f"], nodes));
  });
}
