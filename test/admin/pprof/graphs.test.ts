import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { FlameNode } from "../../../src/admin/api/flame_graph.ts";
import { CallTree } from "../../../src/admin/pprof/call_tree.ts";
import { drawDiffGraph } from "../../../src/admin/pprof/diff_graph.ts";
import { drawFlameGraph } from "../../../src/admin/pprof/flame_graph.ts";
import { addFolded } from "../../../src/admin/pprof/folded.ts";

/** A tree of folded stacks, a side for each text. */
function treeOf(...sides: readonly string[]): CallTree {
  const tree = new CallTree(sides.length);
  for (const [side, text] of sides.entries()) addFolded(tree, side, Buffer.from(text));
  return tree;
}

describe("a flame graph", () => {
  test("has each call path once, from the widest to the narrowest, and a table by function", () => {
    const { total, functions, nodes, isBounded } = drawFlameGraph(
      treeOf("main;a 3\nmain;b;a 5\nmain 1\nother 2\n"),
      100,
    );
    expect([total, isBounded]).toEqual([11, false]);
    expect(functions).toEqual([
      { name: "a", file: "", self: 8, total: 8 },
      { name: "other", file: "", self: 2, total: 2 },
      { name: "main", file: "", self: 1, total: 9 },
      { name: "b", file: "", self: 0, total: 5 },
    ]);
    expect(nodes).toEqual([
      { function: -1, depth: 0, x: 0, self: 0, total: 11 },
      { function: 2, depth: 1, x: 0, self: 1, total: 9 },
      { function: 3, depth: 2, x: 0, self: 0, total: 5 },
      { function: 0, depth: 3, x: 0, self: 5, total: 5 },
      { function: 0, depth: 2, x: 5, self: 3, total: 3 },
      { function: 1, depth: 1, x: 9, self: 2, total: 2 },
    ]);
  });

  test("counts a function that calls itself once", () => {
    const { functions } = drawFlameGraph(treeOf("f;f;g;f 4\nf 1\n"), 100);
    expect(functions).toEqual([
      { name: "f", file: "", self: 5, total: 5 },
      { name: "g", file: "", self: 0, total: 4 },
    ]);
  });

  test("of nothing is a root alone", () => {
    expect(drawFlameGraph(new CallTree(1), 100)).toEqual({
      total: 0,
      functions: [],
      nodes: [{ function: -1, depth: 0, x: 0, self: 0, total: 0 }],
      isBounded: false,
    });
  });

  test("with too many nodes puts the small ones of each caller together", () => {
    const text = Array.from({ length: 100 }, (_, index) => `main;f${index} ${index + 1}`).join("\n");
    const { nodes, total, isBounded, functions } = drawFlameGraph(treeOf(text), 20);
    expect([nodes.length <= 20, isBounded, total]).toEqual([true, true, 5050]);
    const others = nodes.at(-1);
    expect(others).toMatchObject({ function: -2, depth: 2 });
    expect(others?.self).toBe(others?.total ?? -1);
    expect(functions).toHaveLength(101);
  });
});

const stack = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 6 });
const stacks = fc.array(fc.tuple(stack, fc.integer({ min: 1, max: 1000 })), { maxLength: 40 });
const folded = (all: readonly (readonly [readonly string[], number])[]) =>
  all.map(([frames, value]) => `${frames.join(";")} ${value}`).join("\n");

/** Whether each node lies within its caller, beside its siblings. */
function isNested(nodes: readonly FlameNode[]): boolean {
  const path: { node: FlameNode; end: number }[] = [];
  return nodes.every((node) => {
    path.length = node.depth;
    const caller = path.at(-1);
    if (caller !== undefined) {
      if (node.x < caller.end || node.x + node.total > caller.node.x + caller.node.total) return false;
      caller.end = node.x + node.total;
    }
    path.push({ node, end: node.x });
    return true;
  });
}

test("nothing is lost in a flame graph, however few its nodes", () => {
  fc.assert(
    fc.property(stacks, fc.integer({ min: 4, max: 60 }), (all, maxNodes) => {
      const { nodes, functions, total } = drawFlameGraph(treeOf(folded(all)), maxNodes);
      const sum = all.reduce((so_far, [, value]) => so_far + value, 0);
      expect(total).toBe(sum);
      expect(nodes.reduce((so_far, { self }) => so_far + self, 0)).toBe(sum);
      expect(functions.reduce((so_far, { self }) => so_far + self, 0)).toBe(sum);
      expect(nodes.length).toBeLessThanOrEqual(maxNodes);
      expect(isNested(nodes)).toBe(true);
    }),
  );
});

test("a function's total is what all stacks with it come to", () => {
  fc.assert(
    fc.property(stacks, (all) => {
      const { functions } = drawFlameGraph(treeOf(folded(all)), 10_000);
      for (const { name, total } of functions) {
        const expected = all
          .filter(([frames]) => frames.some((frame) => frame === name))
          .reduce((sum, [, value]) => sum + value, 0);
        expect(total).toBe(expected);
      }
    }),
  );
});

describe("a difference", () => {
  test("has both sides at each call path, wide by their shares", () => {
    const drawing = drawDiffGraph(treeOf("main;a 30\nmain;b 10\n", "main;b 10\nmain;c 10\n"), 100);
    expect([drawing.left_total, drawing.right_total]).toEqual([40, 20]);
    const rows = drawing.nodes.map(({ function: index, width, left_total, right_total }) => [
      drawing.functions[index]?.name ?? "root",
      width,
      left_total,
      right_total,
    ]);
    expect(rows).toEqual([
      ["root", 1, 40, 20],
      ["main", 1, 40, 20],
      ["a", 0.375, 30, 0],
      ["b", 0.375, 10, 10],
      ["c", 0.25, 0, 10],
    ]);
    expect(drawing.functions.map(({ name }) => name)).toEqual(["a", "c", "b", "main"]);
    expect(drawing.functions[0]).toMatchObject({
      left_self: 30,
      left_total: 30,
      right_self: 0,
      right_total: 0,
    });
  });

  test("with nothing on one side is that of the other", () => {
    const { nodes, left_total, right_total } = drawDiffGraph(treeOf("", "main 4\n"), 100);
    expect([left_total, right_total]).toEqual([0, 4]);
    expect(nodes.map(({ width, right_self }) => [width, right_self])).toEqual([
      [0.5, 0],
      [0.5, 4],
    ]);
  });

  test("loses nothing either", () => {
    fc.assert(
      fc.property(stacks, stacks, fc.integer({ min: 4, max: 60 }), (left, right, maxNodes) => {
        const { nodes, left_total, right_total } = drawDiffGraph(
          treeOf(folded(left), folded(right)),
          maxNodes,
        );
        expect(nodes.reduce((sum, { left_self }) => sum + left_self, 0)).toBe(left_total);
        expect(nodes.reduce((sum, { right_self }) => sum + right_self, 0)).toBe(right_total);
      }),
    );
  });
});

test("a function that calls very many others, and more of them than there is room for", () => {
  const text = Array.from({ length: 150_000 }, (_, index) => `f${index} 1`).join("\n");
  const tree = treeOf(text);
  const drawing = drawFlameGraph(tree, 1000);
  expect([drawing.total, drawing.nodes.length <= 1000, drawing.isBounded]).toEqual([150_000, true, true]);
  expect(tree.functions).toHaveLength(1 << 17);
});

test("a stack without end, and more call paths than there is room for, are bounded", () => {
  const deep = new CallTree(1);
  const number = deep.functionNumber("f", "") ?? 0;
  deep.add(0, Array<number>(100_000).fill(number), 7);
  expect([deep.nodes, deep.isBounded, drawFlameGraph(deep, 100).total]).toEqual([4097, true, 7]);
});
