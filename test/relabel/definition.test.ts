import { describe, expect, test } from "bun:test";
import { relabelDefinition } from "../../src/relabel/definition.ts";
import { parseArguments, problemsOf } from "./component_bed.ts";

const forward_to = ["pyroscope.write.default.receiver"];

test("what is left out has Alloy's defaults", () => {
  expect(parseArguments(relabelDefinition, { forward_to })).toEqual({
    forward_to,
    rule: [],
    max_cache_size: 10_000,
  });
  expect(parseArguments(relabelDefinition, { forward_to, rule: [{ target_label: "a" }] })).toMatchObject({
    rule: [
      {
        action: "replace",
        modulus: 0,
        regex: "(.*)",
        replacement: "$1",
        separator: ";",
        source_labels: [],
        target_label: "a",
      },
    ],
  });
});

describe("arguments that are wrong", () => {
  test.each<[object, string]>([
    [{}, "forward_to: "],
    [{ forward_to: [] }, "forward_to: must name at least one receiver"],
    [{ forward_to, max_cache_size: 0 }, "max_cache_size: expected a whole number of at least 1"],
    [{ forward_to, max_cache_size: 1.5 }, "max_cache_size: expected a whole number of at least 1"],
    [{ forward_to, rule: [{ action: "Replace" }] }, "rule.0.action: expected one of replace, keep, drop, "],
    [{ forward_to, rule: [{ source_labels: "a" }] }, "rule.0.source_labels: expected a list"],
    [{ forward_to, rule: [{ modulus: -1 }] }, "rule.0.modulus: expected a whole number of at least 0"],
    [{ forward_to, rule: [{ target: "a" }] }, "rule.0.target: "],
    [{ forward_to, rule: [{ action: "keep" }, {}] }, "rule.1.target_label: is required for action replace"],
    [
      { forward_to, rule: [{ action: "keep", regex: "[" }] },
      "rule.0.regex: expected a regular expression in RE2's",
    ],
  ])("%j", (args, expected) => {
    expect(problemsOf(relabelDefinition, args)).toEqual([expect.stringContaining(expected)]);
  });

  test("are told all at once", () => {
    const rule = [{ action: "hashmod" }, { regex: "(", target_label: "a" }];
    expect(problemsOf(relabelDefinition, { forward_to, rule })).toEqual([
      expect.stringContaining("rule.0.modulus: "),
      expect.stringContaining("rule.0.target_label: "),
      expect.stringContaining("rule.1.regex: "),
    ]);
  });
});
