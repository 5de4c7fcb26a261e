import type { RuleVector } from "./rule_vector.ts";

const ports = { __tmp_port: "1234", __port1: "1234", __port2: "5678" };
const abc = { a: "foo", b: "bar", c: "baz" };
const lines = { a: "line1\nline2", b: "bar", c: "baz" };
const tags = "path:/secret,job:some-job,label:foo=bar";
const portAnnotation = "__meta_kubernetes_pod_annotation_XXX_metrics_port";
const portName = "__meta_kubernetes_pod_container_port_name";

/**
 * The cases of TestRelabel in Prometheus (model/relabel/relabel_test.go, 2026-08). Left out, because only
 * legacy names can be set here: the two whose target_label is `utf-8.label` and `utf-8.label${1}`, which are
 * invalid rules.
 */
export const prometheusVectors: readonly RuleVector[] = [
  [
    "a group twice in the replacement",
    abc,
    [{ source_labels: ["a"], regex: "f(.*)", target_label: "d", replacement: "ch${1}-ch${1}" }],
    { ...abc, d: "choo-choo" },
  ],
  [
    "a rule sees what the rule before has set",
    abc,
    [
      { source_labels: ["a", "b"], regex: "f(.*);(.*)r", target_label: "a", replacement: "b${1}${2}m" },
      { source_labels: ["c", "a"], regex: "(b).*b(.*)ba(.*)", target_label: "d", replacement: "$1$2$2$3" },
    ],
    { ...abc, a: "boobam", d: "boooom" },
  ],
  [
    "no rule after a drop",
    { a: "foo" },
    [
      { source_labels: ["a"], regex: ".*o.*", action: "drop" },
      { source_labels: ["a"], regex: "f(.*)", target_label: "d", replacement: "ch$1-ch$1" },
    ],
    undefined,
  ],
  [
    "drop where it matches",
    { a: "foo", b: "bar" },
    [{ source_labels: ["a"], regex: ".*o.*", action: "drop" }],
    undefined,
  ],
  [
    "a group in the middle",
    { a: "abc" },
    [{ source_labels: ["a"], regex: ".*(b).*", target_label: "d" }],
    { a: "abc", d: "b" },
  ],
  [
    "no drop where it does not match",
    { a: "foo" },
    [{ source_labels: ["a"], regex: "no-match", action: "drop" }],
    { a: "foo" },
  ],
  [
    "no drop where only a part matches",
    { a: "foo" },
    [{ source_labels: ["a"], regex: "f|o", action: "drop" }],
    { a: "foo" },
  ],
  [
    "no keep where it does not match",
    { a: "foo" },
    [{ source_labels: ["a"], regex: "no-match", action: "keep" }],
    undefined,
  ],
  [
    "keep where it matches",
    { a: "foo" },
    [{ source_labels: ["a"], regex: "f.*", action: "keep" }],
    { a: "foo" },
  ],
  [
    "nothing is replaced without a match",
    { a: "boo" },
    [{ source_labels: ["a"], regex: "f", target_label: "b", replacement: "bar" }],
    { a: "boo" },
  ],
  [
    "an empty replacement removes the label",
    { a: "foo", f: "baz" },
    [{ source_labels: ["a"], regex: "(f).*", target_label: "$1", replacement: "$2" }],
    { a: "foo" },
  ],
  [
    "hashmod",
    abc,
    [{ source_labels: ["c"], target_label: "d", action: "hashmod", modulus: 1000 }],
    { ...abc, d: "976" },
  ],
  [
    "hashmod of two lines",
    { a: "foo\nbar" },
    [{ source_labels: ["a"], target_label: "b", action: "hashmod", modulus: 1000 }],
    { a: "foo\nbar", b: "734" },
  ],
  [
    "labelmap adds a prefix",
    { a: "foo", b1: "bar", b2: "baz" },
    [{ regex: "(b.*)", replacement: "bar_${1}", action: "labelmap" }],
    { a: "foo", b1: "bar", b2: "baz", bar_b1: "bar", bar_b2: "baz" },
  ],
  [
    "labelmap takes a prefix away",
    { a: "foo", __meta_my_bar: "aaa", __meta_my_baz: "bbb", __meta_other: "ccc" },
    [{ regex: "__meta_(my.*)", replacement: "${1}", action: "labelmap" }],
    {
      a: "foo",
      __meta_my_bar: "aaa",
      __meta_my_baz: "bbb",
      __meta_other: "ccc",
      my_bar: "aaa",
      my_baz: "bbb",
    },
  ],
  [
    "a group as target",
    { a: "some-name-value" },
    [{ source_labels: ["a"], regex: "some-([^-]+)-([^,]+)", target_label: "${1}", replacement: "${2}" }],
    { a: "some-name-value", name: "value" },
  ],
  [
    "a group that there is not as replacement",
    { a: "some-name-value" },
    [{ source_labels: ["a"], regex: "some-([^-]+)-([^,]+)", target_label: "${1}", replacement: "${3}" }],
    { a: "some-name-value" },
  ],
  [
    "targets that are no names",
    { a: "some-name-0" },
    [
      { source_labels: ["a"], regex: "some-([^-]+)-([^,]+)", target_label: "${3}", replacement: "${1}" },
      { source_labels: ["a"], regex: "some-([^-]+)-([^,]+)", target_label: "${3}", replacement: "${1}" },
      { source_labels: ["a"], regex: "some-([^-]+)(-[^,]+)", target_label: "${3}", replacement: "${1}" },
    ],
    { a: "some-name-0" },
  ],
  [
    "labels out of a list of tags",
    { __meta_sd_tags: tags },
    [
      {
        source_labels: ["__meta_sd_tags"],
        regex: "(?:.+,|^)path:(/[^,]+).*",
        target_label: "__metrics_path__",
      },
      { source_labels: ["__meta_sd_tags"], regex: "(?:.+,|^)job:([^,]+).*", target_label: "job" },
      {
        source_labels: ["__meta_sd_tags"],
        regex: "(?:.+,|^)label:([^=]+)=([^,]+).*",
        target_label: "${1}",
        replacement: "${2}",
      },
    ],
    { __meta_sd_tags: tags, __metrics_path__: "/secret", job: "some-job", foo: "bar" },
  ],
  [
    "a label that was dropped can be set again",
    { [portName]: "foo", [portAnnotation]: "9091" },
    [
      { regex: `^${portName}$`, action: "labeldrop" },
      { source_labels: [portAnnotation], regex: "(.+)", target_label: portName, replacement: "metrics" },
      { source_labels: [portName], regex: "^metrics$", action: "keep" },
    ],
    { [portAnnotation]: "9091", [portName]: "metrics" },
  ],
  [
    "labelkeep",
    { a: "foo", b1: "bar", b2: "baz" },
    [{ regex: "(b.*)", action: "labelkeep" }],
    { b1: "bar", b2: "baz" },
  ],
  ["labeldrop", { a: "foo", b1: "bar", b2: "baz" }, [{ regex: "(b.*)", action: "labeldrop" }], { a: "foo" }],
  [
    "uppercase and lowercase",
    { foo: "bAr123Foo" },
    [
      { source_labels: ["foo"], action: "uppercase", target_label: "foo_uppercase" },
      { source_labels: ["foo"], action: "lowercase", target_label: "foo_lowercase" },
    ],
    { foo: "bAr123Foo", foo_lowercase: "bar123foo", foo_uppercase: "BAR123FOO" },
  ],
  [
    "keepequal of equals",
    ports,
    [{ source_labels: ["__tmp_port"], action: "keepequal", target_label: "__port1" }],
    ports,
  ],
  [
    "dropequal of equals",
    ports,
    [{ source_labels: ["__tmp_port"], action: "dropequal", target_label: "__port1" }],
    undefined,
  ],
  [
    "dropequal of others",
    ports,
    [{ source_labels: ["__tmp_port"], action: "dropequal", target_label: "__port2" }],
    ports,
  ],
  [
    "keepequal of others",
    ports,
    [{ source_labels: ["__tmp_port"], action: "keepequal", target_label: "__port2" }],
    undefined,
  ],
  [
    "the dot matches a newline",
    lines,
    [{ source_labels: ["a"], regex: "line1.*line2", target_label: "d", replacement: "match${1}" }],
    { ...lines, d: "match" },
  ],
  [
    "a source that is no legacy name",
    { "utf-8.label": "line1\nline2", b: "bar", c: "baz" },
    [{ source_labels: ["utf-8.label"], regex: "line1.*line2", target_label: "d", replacement: "match${1}" }],
    { "utf-8.label": "line1\nline2", b: "bar", c: "baz", d: "match" },
  ],
  [
    "groups by number and name, with braces and without",
    lines,
    [
      {
        source_labels: ["a"],
        regex: "(line1).*(?<second>line2)",
        target_label: "label1_${1}",
        replacement: "val_${second}",
      },
      {
        source_labels: ["a"],
        regex: "(line1).*(?<second>line2)",
        target_label: "label2_$1",
        replacement: "val_$second",
      },
    ],
    { ...lines, label1_line1: "val_line2", label2_line1: "val_line2" },
  ],
  [
    "an end of text of its own",
    { __name__: "http_requests_total" },
    [{ source_labels: ["__name__"], regex: ".*_total$", target_label: "__type__", replacement: "counter" }],
    { __name__: "http_requests_total", __type__: "counter" },
  ],
  [
    "another end of text of its own",
    { __name__: "disk_usage_bytes" },
    [{ source_labels: ["__name__"], regex: ".*_bytes$", target_label: "__unit__", replacement: "bytes" }],
    { __name__: "disk_usage_bytes", __unit__: "bytes" },
  ],
];
