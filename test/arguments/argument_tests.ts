import { receiveHttpTests } from "./receive_http_tests.ts";
import type { TestsOf } from "./tests_of.ts";
import { writeTests } from "./write_tests.ts";

/** Where a test of an argument is: a file below test/, and a name in it. */
export interface ArgumentTest {
  readonly component: string;
  readonly path: string;
  readonly file: string;
  readonly test: string;
}

const relabel: TestsOf = [
  [
    "relabel/prometheus_vectors.ts",
    [
      [
        "a rule sees what the rule before has set",
        ["rule", "rule.source_labels", "rule.regex", "rule.target_label", "rule.replacement"],
      ],
      ["hashmod", ["rule.modulus", "rule.action"]],
    ],
  ],
  ["relabel/further_vectors.ts", [["a missing source counts as empty", ["rule.separator"]]]],
  ["relabel/component.test.ts", [["a smaller cache takes effect in place", ["max_cache_size"]]]],
  [
    "auth/forward_headers.test.ts",
    [
      [
        "a sender's header goes to every endpoint that does not set it itself, relabelled or not",
        ["forward_to"],
      ],
    ],
  ],
];

const enrich: TestsOf = [
  [
    "enrich/component.test.ts",
    [
      ["a target's labels go over the profile's", ["targets", "target_match_label", "profiles_match_label"]],
      ["only what is named is copied", ["labels_to_copy"]],
    ],
  ],
  ["enrich/targets_file.test.ts", [["2,000 are replaced while profiles flow: %s", ["targets_files"]]]],
  ["metrics/metrics.test.ts", [["samples of Push that all receivers took", ["forward_to"]]]],
];

const localStore: TestsOf = [
  [
    "local_store/component.test.ts",
    [
      ["by bytes let the oldest go first", ["max_bytes"]],
      ["by age hold even where nothing new comes", ["max_age"]],
    ],
  ],
];

/** One row for each argument of each component. */
export const argumentTests: readonly ArgumentTest[] = [
  ...rows("pyroscope.receive_http", receiveHttpTests),
  ...rows("pyroscope.relabel", relabel),
  ...rows("pyroscope.enrich", enrich),
  ...rows("pyroscope.write", writeTests),
  ...rows("pyroscope.local_store", localStore),
];

function rows(component: string, files: TestsOf): ArgumentTest[] {
  return files.flatMap(([file, tests]) =>
    tests.flatMap(([test, paths]) => paths.map((path): ArgumentTest => ({ component, path, file, test }))),
  );
}
