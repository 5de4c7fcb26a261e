import { AnchoredRegex } from "../profile/anchored_regex.ts";
import { isLegacyName, isLegacyNameTemplate } from "./label_name.ts";
import { type RuleArguments, ruleDefaults } from "./schema.ts";

type RuleKey = keyof RuleArguments;
type RuleAction = RuleArguments["action"];

/** What is wrong with one argument of a rule. */
export interface RuleProblem {
  readonly key: RuleKey;
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
}

const needsTarget: ReadonlySet<RuleAction> = new Set([
  "replace",
  "hashmod",
  "lowercase",
  "uppercase",
  "keepequal",
  "dropequal",
]);

/** Arguments that an action has no use for and that Prometheus refuses rather than ignores. */
const unused: Readonly<Partial<Record<RuleAction, readonly RuleKey[]>>> = {
  lowercase: ["replacement"],
  uppercase: ["replacement"],
  keepequal: ["separator", "regex", "modulus", "replacement"],
  dropequal: ["separator", "regex", "modulus", "replacement"],
  labeldrop: ["source_labels", "separator", "modulus", "target_label", "replacement"],
  labelkeep: ["source_labels", "separator", "modulus", "target_label", "replacement"],
};

/** All that is wrong with a rule, by the rules of Prometheus' `relabel.Config.Validate` for legacy names. */
export function ruleProblems(rule: RuleArguments): RuleProblem[] {
  const { action } = rule;
  const problems: RuleProblem[] = [];
  const report = (key: RuleKey, problem: string | undefined, fix: string) => {
    if (problem !== undefined) problems.push({ key, message: problem, fix });
  };
  report("regex", regexProblem(rule), regexFix(rule));
  if (action === "hashmod" && rule.modulus === 0) {
    report("modulus", "must be at least 1 for action hashmod", "add modulus: the number of shares");
  }
  if (needsTarget.has(action)) {
    const fix = rule.target_label === "" ? `add target_label: the label that ${use(action)}` : nameFix;
    report("target_label", targetProblem(rule), fix);
  }
  if (action === "labelmap" && !isLegacyNameTemplate(rule.replacement)) {
    report(
      "replacement",
      expectedName("label name such as pod or app_$1", action, rule.replacement),
      nameFix,
    );
  }
  for (const key of unused[action] ?? []) {
    if (isGiven(rule, key)) {
      report(key, `has no use with action ${action}: leave it out`, `take ${key} out of this rule`);
    }
  }
  return problems;
}

const nameFix = "write letters, digits and _, and no digit first";

function use(action: RuleAction): string {
  return action === "keepequal" || action === "dropequal" ? "is compared with" : "is set";
}

function regexFix({ action, regex }: RuleArguments): string {
  if (/\(\?<?[=!]/.test(regex)) {
    const why = "RE2 can't look ahead or behind, so that no text makes it hang";
    return action === "keep"
      ? `write action: drop, and a regex of what must not match: ${why}`
      : `make two rules of it, one for what must match and one for what must not: ${why}`;
  }
  if (/^[*+?]/.test(regex)) return "write .* for any text: a * repeats what stands before it";
  return "write it in RE2's syntax: https://github.com/google/re2/wiki/Syntax; a character such as ( or [ alone needs a backslash";
}

function regexProblem({ regex }: RuleArguments): string | undefined {
  const parsed = AnchoredRegex.parse(regex);
  return parsed.ok ? undefined : parsed.problem;
}

function targetProblem({ action, target_label: target }: RuleArguments): string | undefined {
  if (target === "") return `is required for action ${action}`;
  const mayRefer = action === "replace";
  if (mayRefer ? isLegacyNameTemplate(target) : isLegacyName(target)) return undefined;
  return expectedName(
    mayRefer ? "label name such as pod or app_$1" : "label name such as pod",
    action,
    target,
  );
}

function expectedName(what: string, action: RuleAction, value: string): string {
  return `expected a ${what} (letters, digits and "_") for action ${action}, not ${JSON.stringify(value)}`;
}

// Like Prometheus, which can't tell an argument that is not given from one that repeats the default.
function isGiven(rule: RuleArguments, key: RuleKey): boolean {
  if (key === "source_labels") return rule.source_labels.length > 0;
  return key !== "action" && rule[key] !== ruleDefaults[key];
}
