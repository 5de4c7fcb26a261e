import { describe, expect, test } from "bun:test";
import { componentDefinitions } from "../../src/components.ts";
import { configSchema } from "../../src/config/config_schema.ts";
import { parseConfigTree } from "../../src/config/config_tree.ts";
import { formatPath } from "../../src/config/problem.ts";
import { shapeOf } from "../../src/config/schema_shape.ts";
import { problemsOf } from "./loaded.ts";

describe("text that is no YAML", () => {
  test.each([
    ["a: [1\n", "f:1:4: the closing ] is missing"],
    ["a: b: c\n", "f:1:4: "],
    ['a: "b\n', 'f:1:4: the closing " is missing'],
    ["a: {b: 1}}\n", "f:1:10: "],
    ["a: 1\na: 2\n", "f:2:1: the key is there already"],
    ["\ta: 1\n", "f:1:1: "],
    ["a: 1\n---\nb: 2\n", "f:2:1: there must be one document only"],
  ])("%j is told with its place", (text, beginning) => {
    expect(problemsOf(text)[0]).toStartWith(beginning);
  });
});

describe("aliases", () => {
  test("that name no anchor are told", () => {
    expect(problemsOf("pyroscope.write: *nowhere\n")).toEqual([
      expect.stringContaining("an alias (*name) names no anchor"),
    ]);
  });

  test("that multiply without end are refused at once", () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const items = Array.from({ length: 10 }, () => (level === 0 ? "x" : `*l${level - 1}`));
      return `k${level}: &l${level} [${items.join(", ")}]\n`;
    });
    const startedAt = performance.now();
    expect(problemsOf(levels.join(""))).toEqual([expect.stringContaining("there are too many")]);
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });

  test("that hold themselves do no harm", () => {
    expect(problemsOf("pyroscope.write: &x\n  a: *x\n")).toContain("f:2:3: pyroscope.write.a.a: unknown key");
  });
});

describe("places", () => {
  const schema = shapeOf(configSchema(componentDefinitions));
  const tree = parseConfigTree("a:\n  b:\n    - c: 1\n    - c: 2\nblock:\n  key: value\n", schema);

  test.each<[readonly (string | number)[], number, number, string]>([
    [["a", "b", 1, "c"], 4, 10, "a.b[1].c"],
    [["a", "b", 1], 4, 7, "a.b[1]"],
    [["a", "b", 1, "missing"], 4, 7, "a.b[1].missing"],
    [["a", "b", 7], 2, 3, "a.b[7]"],
    [["a", "b"], 2, 3, "a.b"],
    [["block", "key"], 6, 8, "block.key"],
    [["block", 0, "key"], 6, 8, "block.key"],
    [["missing", "too"], 1, 1, "missing.too"],
    [[], 1, 1, ""],
  ])("%j is at %d:%d", (path, line, column, written) => {
    expect(tree.locate({ path, message: "m" })).toMatchObject({
      position: { line, column },
      path: written,
      message: "m",
    });
  });
});

test("paths are written with dots and brackets", () => {
  expect([formatPath([]), formatPath(["a"]), formatPath(["a", 0, "b", 1, 2])]).toEqual([
    "",
    "a",
    "a[0].b[1][2]",
  ]);
});

describe("text that is nothing but mistakes", () => {
  test.each<[string, string]>([
    ["brackets that never close", "a: [1\n".repeat(20_000)],
    ["brackets in brackets", "{".repeat(5000)],
    ["quotes that never close", Array.from({ length: 5000 }, (_, index) => `k${index}: 'x\n`).join("")],
    [
      "labels without arguments",
      `pyroscope.write:\n${Array.from({ length: 5000 }, (_, at) => `  a${at}: 5\n`).join("")}`,
    ],
  ])("%s is refused soon, with a few hundred problems at most", (_, text) => {
    const startedAt = performance.now();
    const problems = problemsOf(text);
    expect(problems.length).toBeWithin(1, 502);
    expect(performance.now() - startedAt).toBeLessThan(8000);
  });
});
