import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  aggregations,
  formatBound,
  formatFamilies,
  type MetricFamily,
  mergeFamilies,
} from "../../src/telemetry/metric_family.ts";
import { anyText } from "../base/any_text.ts";

function family(
  name: string,
  ...samples: readonly (readonly [Record<string, string>, number])[]
): MetricFamily {
  return {
    name,
    help: "Help.",
    type: "counter",
    samples: samples.map(([labels, value]) => ({ name, labels, value })),
  };
}

describe("formatFamilies", () => {
  test("is Prometheus' text format, families sorted by name", () => {
    const text = formatFamilies([family("b", [{}, 1]), family("a", [{ x: "1", y: "2" }, 2.5])]);
    expect(text).toBe(
      '# HELP a Help.\n# TYPE a counter\na{x="1",y="2"} 2.5\n# HELP b Help.\n# TYPE b counter\nb 1\n',
    );
  });

  test("escapes what would break out of a label or a help text", () => {
    const odd = family("a", [{ x: 'quote " back \\ line \n end' }, 1]);
    expect(formatFamilies([{ ...odd, help: "one\\two\nthree" }])).toBe(
      '# HELP a one\\\\two\\nthree\n# TYPE a counter\na{x="quote \\" back \\\\ line \\n end"} 1\n',
    );
  });

  test("any label value stays in its line", () => {
    fc.assert(
      fc.property(anyText(), (value) => {
        const lines = formatFamilies([family("a", [{ x: value }, 1])]).split("\n");
        expect(lines).toHaveLength(4);
        expect(lines[2]).toMatch(/^a\{x="(?:[^"\\]|\\[\\"n])*"\} 1$/s);
      }),
    );
  });

  test.each([
    [Number.POSITIVE_INFINITY, "+Inf"],
    [Number.NEGATIVE_INFINITY, "-Inf"],
    [Number.NaN, "NaN"],
    [0.1, "0.1"],
    [3, "3"],
  ])("the value %p is %s", (value, written) => {
    expect(formatFamilies([family("a", [{}, value])])).toEndWith(`\na ${written}\n`);
  });

  test("a family without samples still has its help and type", () => {
    expect(formatFamilies([family("a")])).toBe("# HELP a Help.\n# TYPE a counter\n");
  });
});

describe("mergeFamilies", () => {
  test("samples with equal labels are added up, others kept", () => {
    const merged = mergeFamilies([
      family("a", [{ x: "1" }, 1], [{ x: "2" }, 2]),
      family("b", [{}, 5]),
      family("a", [{ x: "1" }, 10], [{ x: "3" }, 3]),
    ]);
    expect(merged).toEqual([
      family("a", [{ x: "1" }, 11], [{ x: "2" }, 2], [{ x: "3" }, 3]),
      family("b", [{}, 5]),
    ]);
  });

  test("or the largest or the smallest of them counts, where the family says so", () => {
    const gauges = [3, 7, 5].map((value) => family("a", [{}, value]));
    const merged = aggregations.map((aggregation) => {
      const [one] = mergeFamilies(gauges.map((gauge) => ({ ...gauge, type: "gauge", aggregation })));
      return [aggregation, one?.samples.map(({ value }) => value)];
    });
    expect(merged).toEqual([
      ["sum", [15]],
      ["max", [7]],
      ["min", [3]],
    ]);
  });

  test("the buckets, sum and count of a histogram stay apart", () => {
    const histogram: MetricFamily = {
      name: "h",
      help: "Help.",
      type: "histogram",
      samples: [
        { name: "h_bucket", labels: { le: "1" }, value: 1 },
        { name: "h_bucket", labels: { le: "+Inf" }, value: 2 },
        { name: "h_sum", labels: {}, value: 3.5 },
        { name: "h_count", labels: {}, value: 2 },
      ],
    };
    expect(mergeFamilies([histogram, histogram])[0]?.samples.map(({ value }) => value)).toEqual([2, 4, 7, 4]);
  });

  test("label values that only look alike are not added up", () => {
    const merged = mergeFamilies([family("a", [{ x: '1",y="2' }, 1]), family("a", [{ x: "1", y: "2" }, 1])]);
    expect(merged[0]?.samples).toHaveLength(2);
  });

  test("families that were given are left alone", () => {
    const one = family("a", [{}, 1]);
    mergeFamilies([one, one]);
    expect(one).toEqual(family("a", [{}, 1]));
  });

  test("nothing merges to nothing", () => {
    expect(mergeFamilies([])).toEqual([]);
  });
});

test.each([
  [0.005, "0.005"],
  [2.5, "2.5"],
  [1, "1"],
  [262_144, "262144"],
  [999_999, "999999"],
  [1e6, "1e+06"],
  [1_048_576, "1.048576e+06"],
  [16_777_216, "1.6777216e+07"],
  [268_435_456, "2.68435456e+08"],
  [1_073_741_824, "1.073741824e+09"],
  [1.5e100, "1.5e+100"],
  [-2_000_000, "-2e+06"],
  [0, "0"],
  [Number.POSITIVE_INFINITY, "+Inf"],
])("the bound %d is written %s, as Go does", (value, written) => {
  expect(formatBound(value)).toBe(written);
});
