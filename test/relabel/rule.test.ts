import { describe, expect, test } from "bun:test";
import { CodedError } from "../../src/base/failure.ts";
import { LabelBuilder } from "../../src/relabel/label_builder.ts";
import { buildRule } from "../../src/relabel/rule.ts";
import { furtherVectors } from "./further_vectors.ts";
import { prometheusVectors } from "./prometheus_vectors.ts";
import { type GivenRule, ruleArguments } from "./rule_arguments.ts";

function relabel(
  labels: Readonly<Record<string, string>>,
  rules: readonly GivenRule[],
): Readonly<Record<string, string>> | undefined {
  const builder = new LabelBuilder(new Map(Object.entries(labels)));
  const isKept = ruleArguments(...rules)
    .map(buildRule)
    .every((rule) => rule.apply(builder));
  return isKept ? Object.fromEntries(builder.build()) : undefined;
}

describe("rules as in Prometheus", () => {
  test.each([...prometheusVectors])("%s", (_name, labels, rules, expected) => {
    expect(relabel(labels, rules)).toEqual(expected);
  });
});

describe("rules besides", () => {
  test.each([...furtherVectors])("%s", (_name, labels, rules, expected) => {
    expect(relabel(labels, rules)).toEqual(expected);
  });
});

test("a regular expression that can't be read is no rule", () => {
  const [args] = ruleArguments({ regex: "(", target_label: "a" });
  expect(() => args && buildRule(args)).toThrow(CodedError);
});

describe("which rules can tell by a label", () => {
  test.each<[string, GivenRule, boolean]>([
    ["a source of replace", { source_labels: ["a", "x"], target_label: "b" }, true],
    ["a source of keep", { source_labels: ["x"], action: "keep" }, true],
    ["a source of hashmod", { source_labels: ["x"], action: "hashmod", modulus: 2, target_label: "b" }, true],
    ["no source", { source_labels: ["a"], target_label: "x" }, false],
    ["a source of keepequal", { source_labels: ["x"], action: "keepequal", target_label: "b" }, true],
    ["what dropequal compares with", { source_labels: ["a"], action: "dropequal", target_label: "x" }, true],
    ["a match of labelmap", { regex: "[w-z]", replacement: "b", action: "labelmap" }, true],
    ["no match of labelmap", { regex: "x.", replacement: "b", action: "labelmap" }, false],
    ["a match of labeldrop", { regex: "x", action: "labeldrop" }, false],
    ["no match of labelkeep", { regex: "a", action: "labelkeep" }, false],
  ])("%s: %j", (_name, given, expected) => {
    expect(ruleArguments(given).map((args) => buildRule(args).reads("x"))).toEqual([expected]);
  });
});
