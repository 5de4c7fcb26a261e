import type { GivenRule } from "./rule_arguments.ts";

/** Labels, rules, and the labels that come of them; undefined where the profile is dropped. */
export type RuleVector = readonly [
  name: string,
  labels: Readonly<Record<string, string>>,
  rules: readonly GivenRule[],
  expected: Readonly<Record<string, string>> | undefined,
];
