import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { RE2JS } from "re2js";
import { isLegacyName, isLegacyNameTemplate } from "../../src/relabel/label_name.ts";

// TestTargetLabelLegacyValidity in Prometheus.
describe("names with references to groups", () => {
  test.each([
    ["-label", false],
    ["label", true],
    ["label${1}", true],
    ["${1}label", true],
    ["${1}", true],
    ["${", false],
    ["$", false],
    ["${}", false],
    ["foo${", false],
    ["$1", true],
    ["asd$2asd", true],
    ["-foo${1}bar-", false],
    ["bar.foo${1}bar", false],
    ["_${1}_", true],
    ["foo${bar}foo", true],
    ["", false],
    ["0${3}", false],
    ["$1\n", false],
  ])("%j %p", (template, expected) => {
    expect(isLegacyNameTemplate(template)).toBe(expected);
  });

  test("are what Prometheus' expression says", () => {
    const expression = RE2JS.compile("^(?:(?:[a-zA-Z_]|\\$(?:\\{\\w+\\}|\\w+))+\\w*)+$");
    const template = fc.string({ unit: fc.constantFrom(..."$${}1aZ_-.é".split("")) });
    fc.assert(
      fc.property(template, (given) => {
        expect(isLegacyNameTemplate(given)).toBe(expression.test(given));
      }),
      { numRuns: 2000 },
    );
  });

  test("are told in no time, however long", () => {
    const startedAt = performance.now();
    expect(isLegacyNameTemplate(`${"$aaaa".repeat(20_000)}!`)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

test.each([
  ["a", true],
  ["_a1", true],
  ["__name__", true],
  ["1a", false],
  ["a.b", false],
  ["a-b", false],
  ["ä", false],
  ["a\n", false],
  ["", false],
])("legacy name %j: %p", (name, expected) => {
  expect(isLegacyName(name)).toBe(expected);
});
