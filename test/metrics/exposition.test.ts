import { describe, expect, test } from "bun:test";
import { parseExposition, sampleValue } from "./exposition.ts";

const counter = "# HELP a_total Some.\n# TYPE a_total counter\n";
const histogram = "# HELP h Some.\n# TYPE h histogram\n";

describe("the parser of scrapes", () => {
  test("reads names, labels and values", () => {
    const families = parseExposition(
      `${counter}a_total{x="1 \\"2\\" \\\\ \\n"} 3\na_total{x="}, "} 4.5e+06\n`,
    );
    expect(sampleValue(families, "a_total", { x: '1 "2" \\ \n' })).toBe(3);
    expect(sampleValue(families, "a_total", { x: "}, " })).toBe(4_500_000);
  });

  test.each([
    ["a sample without a family", "a_total 1\n"],
    ["a sample of another family", `${counter}b_total 1\n`],
    ["a family twice", `${counter}a_total 1\n${counter}a_total{x="1"} 1\n`],
    ["a sample twice", `${counter}a_total{x="1"} 1\na_total{x="1"} 2\n`],
    ["a type without help", "# TYPE a_total counter\na_total 1\n"],
    ["an unknown type", "# HELP a_total Some.\n# TYPE a_total count\na_total 1\n"],
    ["a value that is no number", `${counter}a_total one\n`],
    ["a counter below zero", `${counter}a_total -1\n`],
    ["labels that don't end", `${counter}a_total{x="1} 1\n`],
    ["labels without commas", `${counter}a_total{x="1"y="2"} 1\n`],
    ["a last line without an end", `${counter}a_total 1`],
    ["an empty line", `${counter}\na_total 1\n`],
    ["buckets without an end", `${histogram}h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n`],
    ["buckets that fall", `${histogram}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`],
    ["a count that is not that of the buckets", `${histogram}h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n`],
    ["no sum", `${histogram}h_bucket{le="+Inf"} 1\nh_count 1\n`],
  ])("refuses %s", (_, text) => {
    expect(() => parseExposition(text)).toThrow();
  });
});
