import { describe, expect, test } from "bun:test";
import { parseTargets } from "../../src/enrich/targets_text.ts";

function plain(path: string, content: string): unknown {
  const parsed = parseTargets(path, content);
  return parsed.ok ? parsed.targets.map((target) => Object.fromEntries(target)) : parsed.problem;
}

const two = [
  { team: "red", __address__: "10.0.0.1:80" },
  { team: "red", __address__: "10.0.0.2:80" },
];

describe("targets", () => {
  test.each<[string, string, unknown]>([
    ["t.json", '[{"targets": ["10.0.0.1:80", "10.0.0.2:80"], "labels": {"team": "red"}}]', two],
    ["t.JSON", '[{"targets": ["10.0.0.1:80", "10.0.0.2:80"], "labels": {"team": "red"}}]', two],
    ["t.yaml", "- targets: ['10.0.0.1:80', 10.0.0.2:80]\n  labels:\n    team: red\n", two],
    ["t.yml", '[{"targets": ["10.0.0.1:80", "10.0.0.2:80"], "labels": {"team": "red"}}]', two],
    ["t.json", "[]", []],
    ["t.yaml", "[]", []],
    ["t.yaml", "- labels: {a: b}\n- targets: [x]\n", [{ __address__: "x" }]],
    ["t.yaml", "- targets: [x]\n  labels: {__address__: y, a: ''}\n", [{ __address__: "x", a: "" }]],
    [
      "t.yaml",
      "- targets: [8080]\n  labels: {version: 1.10, shard: 007, on: true, none: ~}\n",
      [{ version: "1.10", shard: "007", on: "true", none: "~", __address__: "8080" }],
    ],
  ])("in %s: %j", (path, content, expected) => {
    expect(plain(path, content)).toEqual(expected);
  });
});

describe("no targets", () => {
  test.each([
    ["t.yaml", "", "expected a list"],
    ["t.yaml", "targets: [a]", "expected a list"],
    ["t.yaml", "- a", "0: expected a mapping"],
    ["t.yaml", "- targets: a", "0.targets: expected a list"],
    ["t.yaml", "- {}\n- targets: [[a]]", "1.targets.0: expected a string: put it in quotes"],
    [
      "t.yaml",
      "- targets: [a]\n  label: {a: b}",
      "0.label: unknown key: only targets and labels are possible",
    ],
    ["t.yaml", "- targets: [a]\n  labels: {a: {b: c}}", "0.labels.a: expected a string: put it in quotes"],
    ["t.yaml", "- &a [*a]", "0.0: unknown key: only targets and labels are possible"],
    [
      "t.yaml",
      "- targets: [a]\n  labels: {a-b: c}",
      'the label name "a-b" may only hold letters, digits, "_" and "."',
    ],
    ["t.json", "", expect.stringContaining("JSON")],
    ["t.json", '[{"targets": [1]}]', "0.targets.0: expected a string: put it in quotes"],
    ["t.json", "- targets: [a]", expect.stringContaining("JSON")],
    ["t.yaml", "- targets: [a]\n  labels: {a: b\n", expect.stringMatching(/at line \d+, column \d+$/)],
    ["t.yaml", "- targets: *no\n", expect.stringContaining("Unresolved alias")],
  ])("in %s: %j", (path, content, expected) => {
    expect(plain(path, content)).toEqual(expected);
  });
});
