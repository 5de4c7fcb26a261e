import type { RuleVector } from "./rule_vector.ts";

/** What Prometheus' own cases leave open. */
export const furtherVectors: readonly RuleVector[] = [
  [
    "a rule without sources sets a label",
    { a: "b" },
    [{ target_label: "cluster", replacement: "eu-1" }],
    { a: "b", cluster: "eu-1" },
  ],
  [
    "the default rule copies",
    { env: "prod" },
    [{ source_labels: ["env"], target_label: "copy" }],
    { env: "prod", copy: "prod" },
  ],
  [
    "copying a label that is not there removes the copy",
    { a: "b", copy: "old" },
    [{ source_labels: ["env"], target_label: "copy" }],
    { a: "b" },
  ],
  [
    "a missing source counts as empty",
    { b: "x" },
    [{ source_labels: ["a", "b", "c"], separator: "-", target_label: "joined" }],
    { b: "x", joined: "-x-" },
  ],
  [
    "an empty regex matches nothing but nothing",
    { a: "x" },
    [{ source_labels: ["b"], regex: "", action: "drop" }],
    undefined,
  ],
  [
    "a target that expands to no legacy name is skipped",
    { a: "1.5" },
    [{ source_labels: ["a"], target_label: "$1", replacement: "x" }],
    { a: "1.5" },
  ],
  [
    "an empty joined value removes the target",
    { a: "b", up: "X" },
    [{ source_labels: ["none"], target_label: "up", action: "uppercase" }],
    { a: "b" },
  ],
  [
    "hashmod of a label that is not there",
    { a: "b" },
    [{ source_labels: ["instance"], modulus: 8, target_label: "shard", action: "hashmod" }],
    { a: "b", shard: "6" },
  ],
  [
    "hashmod takes the whole of eight bytes",
    { a: "foo" },
    [{ source_labels: ["a"], modulus: Number.MAX_SAFE_INTEGER, target_label: "h", action: "hashmod" }],
    { a: "foo", h: "4333518062922823" },
  ],
  [
    "labelmap copies to the name in its order: the last by name counts",
    { zb: "2", za: "1" },
    [{ regex: "z.", replacement: "one", action: "labelmap" }],
    { za: "1", zb: "2", one: "2" },
  ],
  [
    "labelmap does not see what it has copied itself",
    { a: "1" },
    [{ regex: "(.*)", replacement: "x$1", action: "labelmap" }],
    { a: "1", xa: "1" },
  ],
  [
    "labelmap makes no label without a name",
    { Te: "1", Team: "2" },
    [{ regex: "Te(.*)", action: "labelmap" }],
    { Te: "1", Team: "2", am: "2" },
  ],
  [
    "labelmap makes names that are not legacy ones",
    { "k8s.pod": "p" },
    [{ regex: "k8s(.+)", replacement: "app$1", action: "labelmap" }],
    { "k8s.pod": "p", "app.pod": "p" },
  ],
  [
    "a group that took no part is empty",
    { a: "b" },
    [{ source_labels: ["a"], regex: "(x)?(b)", target_label: "a", replacement: "[$1$2]" }],
    { a: "[b]" },
  ],
  [
    "$1x is the group named 1x",
    { a: "bc" },
    [{ source_labels: ["a"], regex: "(b)(?P<1x>c)", target_label: "a", replacement: "$1x" }],
    { a: "c" },
  ],
  [
    "rules together, as recorded from Alloy",
    { __name__: "cpu", service_name: "keep-me", app_name: "cpu", env: "PROD", pod: "p-1", Team: "X" },
    [
      { source_labels: ["service_name"], regex: "drop-.*", action: "drop" },
      { source_labels: ["env"], target_label: "environment", action: "lowercase" },
      { regex: "pod|env", action: "labeldrop" },
      { source_labels: ["instance"], regex: "(.+):.*", target_label: "host", replacement: "h-$1" },
      { source_labels: ["instance"], modulus: 8, target_label: "shard", action: "hashmod" },
      { regex: "Te(.*)", replacement: "team_$1", action: "labelmap" },
    ],
    {
      __name__: "cpu",
      service_name: "keep-me",
      app_name: "cpu",
      Team: "X",
      environment: "prod",
      shard: "6",
      team_am: "X",
    },
  ],
];
