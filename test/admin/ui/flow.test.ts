import { describe, expect, test } from "bun:test";
import type { MetricHistory } from "../../../src/admin/api/metrics.ts";
import { chartLine } from "../../../src/admin/ui/flow/chart_line.ts";
import { appendPoint } from "../../../src/admin/ui/flow/history.ts";
import { edgeKey, endpointKey, outgoing, tabulateRates } from "../../../src/admin/ui/flow/rates.ts";
import { pathThrough, placeGraph, wiringOf } from "../../../src/admin/ui/graph_layout.ts";

const endpoint = { name: "e", url: "http://e", failing: null, queue: null };
const components = [
  { id: "a", endpoints: [] },
  { id: "b", endpoints: [] },
  { id: "c", endpoints: [endpoint, endpoint] },
];
const edges = [
  { from: "a", to: "b" },
  { from: "b", to: "c" },
  { from: "a", to: "gone" },
];

describe("the graph", () => {
  test("goes from left to right, with room for endpoints, and without edges to nowhere", () => {
    const placed = placeGraph(components, edges);
    const [a, b, c] = placed.components;
    expect((a?.left ?? 0) + (a?.width ?? 0)).toBeLessThan(b?.left ?? 0);
    expect((b?.left ?? 0) + (b?.width ?? 0)).toBeLessThan(c?.left ?? 0);
    expect(c?.height).toBe((a?.height ?? 0) + 92);
    expect(placed.edges.map(({ from, to }) => [from, to])).toEqual([
      ["a", "b"],
      ["b", "c"],
    ]);
    expect(placed.width).toBeGreaterThan((c?.left ?? 0) + (c?.width ?? 0));
  });

  test("of nothing is empty", () => {
    expect(placeGraph([], [])).toMatchObject({ components: [], edges: [] });
  });

  test("of 200 components has no two in one place", () => {
    const many = Array.from({ length: 200 }, (_, index) => ({ id: `n${index}`, endpoints: [] }));
    const wires = many.slice(1).map(({ id }, index) => ({ from: `n${Math.floor(index / 3)}`, to: id }));
    const boxes = placeGraph(many, wires).components;
    expect(new Set(boxes.map(({ left, top }) => `${left} ${top}`)).size).toBe(200);
  });

  test("is laid out anew where the wiring changes, and not where anything else does", () => {
    const before = wiringOf(components, edges);
    expect(wiringOf([...components], [...edges])).toBe(before);
    expect(wiringOf(components, edges.slice(1))).not.toBe(before);
  });

  test("draws a line from the first point to the last", () => {
    expect(pathThrough([])).toBe("");
    expect(
      pathThrough([
        { x: 0, y: 0 },
        { x: 10, y: 20 },
      ]),
    ).toBe("M0,0C5,0 5,20 10,20");
  });
});

test("rates are found by what they are of, and added up by component", () => {
  const rate = {
    component: "c",
    endpoint: "e",
    profiles_per_second: 2,
    bytes_per_second: 20,
    errors_per_second: 0,
    errors_total: 0,
    retries_per_second: 0,
    queue: null,
  };
  const table = tabulateRates({
    time: 0,
    edges: [
      { from: "a", to: "b", profiles_per_second: 1, bytes_per_second: 10 },
      { from: "a", to: "c", profiles_per_second: 3, bytes_per_second: 30 },
    ],
    endpoints: [rate],
  });
  expect(table.edges.get(edgeKey("a", "c"))?.profiles_per_second).toBe(3);
  expect(table.endpoints.get(endpointKey("c", "e"))).toBe(rate);
  expect(outgoing(table, "a")).toEqual({ profiles: 4, bytes: 40 });
  expect(outgoing(table, "c")).toEqual({ profiles: 2, bytes: 20 });
});

describe("a chart", () => {
  const history: MetricHistory = {
    step_ms: 5000,
    times: [1000, 6000],
    series: [{ component: "a", metric: "retries", endpoint: null, unit: "profiles/s", values: [1, 2] }],
  };
  const value = { component: "a", metric: "retries", endpoint: null, unit: "profiles/s", value: 3 } as const;

  test("goes on with what comes, also where a series is new or has no value", () => {
    const next = appendPoint(
      history,
      { time: 11_000, values: [value, { ...value, endpoint: "e", value: 9 }, { ...value, component: "b" }] },
      "a",
    );
    expect(next.times).toEqual([1000, 6000, 11_000]);
    expect(next.series.map(({ endpoint: of, values }) => [of, values])).toEqual([
      [null, [1, 2, 3]],
      ["e", [null, null, 9]],
    ]);
    expect(appendPoint(next, { time: 16_000, values: [] }, "a").series[0]?.values).toEqual([1, 2, 3, null]);
  });

  test("takes nothing twice", () => {
    expect(appendPoint(history, { time: 6000, values: [value] }, "a")).toBe(history);
  });

  test("keeps fifteen minutes", () => {
    let long = history;
    for (let step = 1; step <= 300; step += 1)
      long = appendPoint(long, { time: 6000 + step * 5000, values: [value] }, "a");
    expect([long.times.length, long.series[0]?.values.length]).toEqual([180, 180]);
  });

  test("ends at its right edge, is as high as its largest value, and has gaps", () => {
    expect(chartLine([0, 50, 100], [5, null, 10], 100, 200, 40)).toEqual({
      path: "M0.0,20.0M200.0,0.0",
      max: 10,
      last: 10,
    });
    expect(chartLine([], [], 100, 200, 40)).toEqual({ path: "", max: 0, last: null });
    expect(chartLine([0], [0], 100, 200, 40).path).toBe("M200.0,40.0");
  });
});
