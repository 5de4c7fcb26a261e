import { describe, expect, test } from "bun:test";
import { ruleProblems } from "../../src/relabel/rule_problems.ts";
import { type GivenRule, ruleArguments } from "./rule_arguments.ts";

function problemsOf(rule: GivenRule): string[] {
  return ruleArguments(rule).flatMap((args) =>
    ruleProblems(args).map(({ key, message }) => `${key}: ${message}`),
  );
}

const name = `expected a label name such as pod (letters, digits and "_")`;
const template = `expected a label name such as pod or app_$1 (letters, digits and "_")`;

describe("rules without a problem", () => {
  test.each<[GivenRule]>([
    [{ target_label: "a" }],
    [{ source_labels: ["a"], regex: "some-([^-]+)-([^,]+)", replacement: "${1}", target_label: "${3}" }],
    [{ target_label: "app_$1" }],
    [{ target_label: "${1}x", replacement: "" }],
    [{ target_label: "a", separator: "", regex: "", modulus: 3 }],
    [{ action: "keep" }],
    [{ action: "drop", target_label: "not-used", replacement: "not used" }],
    [{ action: "hashmod", modulus: 1, target_label: "a", replacement: "not used" }],
    [{ action: "lowercase", target_label: "a", regex: "not used", modulus: 1 }],
    [{ action: "uppercase", target_label: "a", replacement: "$1" }],
    [{ action: "keepequal", source_labels: ["a"], target_label: "b" }],
    [{ action: "dropequal", source_labels: ["a"], target_label: "b", regex: "(.*)", separator: ";" }],
    [{ action: "labelmap", regex: "__meta_kubernetes_pod_label_(strimzi_io_.+)" }],
    [{ action: "labelmap", regex: "__meta_(.+)", replacement: "${1}" }],
    [{ action: "labelmap", regex: "a", source_labels: ["a"], target_label: "not-used" }],
    [{ action: "labeldrop", regex: "a", source_labels: [] }],
    [{ action: "labelkeep", regex: "a" }],
  ])("%j", (rule) => {
    expect(problemsOf(rule)).toEqual([]);
  });
});

describe("rules with a problem", () => {
  test.each<[GivenRule, string[]]>([
    [{}, ["target_label: is required for action replace"]],
    [{ action: "lowercase" }, ["target_label: is required for action lowercase"]],
    [{ action: "uppercase" }, ["target_label: is required for action uppercase"]],
    [{ action: "keepequal" }, ["target_label: is required for action keepequal"]],
    [{ action: "dropequal" }, ["target_label: is required for action dropequal"]],
    [
      { action: "hashmod" },
      ["modulus: must be at least 1 for action hashmod", "target_label: is required for action hashmod"],
    ],
    [{ target_label: "utf-8.label" }, [`target_label: ${template} for action replace, not "utf-8.label"`]],
    [
      { target_label: "utf-8.label${1}" },
      [`target_label: ${template} for action replace, not "utf-8.label\${1}"`],
    ],
    [{ target_label: "0${3}" }, [`target_label: ${template} for action replace, not "0\${3}"`]],
    [{ target_label: "-${3}" }, [`target_label: ${template} for action replace, not "-\${3}"`]],
    [{ target_label: "${" }, [`target_label: ${template} for action replace, not "\${"`]],
    [
      { action: "lowercase", target_label: "${3}" },
      [`target_label: ${name} for action lowercase, not "\${3}"`],
    ],
    [
      { action: "hashmod", modulus: 1, target_label: "a.b" },
      [`target_label: ${name} for action hashmod, not "a.b"`],
    ],
    [{ action: "keepequal", target_label: "$1" }, [`target_label: ${name} for action keepequal, not "$1"`]],
    [
      { action: "labelmap", replacement: "a-$1" },
      [`replacement: ${template} for action labelmap, not "a-$1"`],
    ],
    [{ action: "labelmap", replacement: "" }, [`replacement: ${template} for action labelmap, not ""`]],
    [
      { action: "uppercase", target_label: "a", replacement: "x" },
      ["replacement: has no use with action uppercase: leave it out"],
    ],
    [
      { action: "keepequal", target_label: "a", separator: ",", regex: ".*", modulus: 1, replacement: "x" },
      [
        "separator: has no use with action keepequal: leave it out",
        "regex: has no use with action keepequal: leave it out",
        "modulus: has no use with action keepequal: leave it out",
        "replacement: has no use with action keepequal: leave it out",
      ],
    ],
    [
      { action: "dropequal", target_label: "a", regex: "" },
      ["regex: has no use with action dropequal: leave it out"],
    ],
    [
      {
        action: "labeldrop",
        regex: "a",
        source_labels: ["a"],
        separator: "",
        modulus: 1,
        target_label: "a",
        replacement: "",
      },
      [
        "source_labels: has no use with action labeldrop: leave it out",
        "separator: has no use with action labeldrop: leave it out",
        "modulus: has no use with action labeldrop: leave it out",
        "target_label: has no use with action labeldrop: leave it out",
        "replacement: has no use with action labeldrop: leave it out",
      ],
    ],
    [
      { action: "labelkeep", regex: "a", source_labels: ["a"] },
      ["source_labels: has no use with action labelkeep: leave it out"],
    ],
    [
      { action: "keep", regex: "(?=a)" },
      ["regex: expected a regular expression in RE2's syntax: invalid or unsupported Perl syntax: `(?=`"],
    ],
    [
      { regex: "(" },
      [
        "regex: expected a regular expression in RE2's syntax: missing closing ): `(`",
        "target_label: is required for action replace",
      ],
    ],
  ])("%j", (rule, expected) => {
    expect(problemsOf(rule)).toEqual(expected);
  });
});
