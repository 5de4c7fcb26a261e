import type { LabelSet } from "../profile/label_set.ts";
import type { DropReason } from "../profile/profile_watch.ts";
import type { RuleArguments } from "./schema.ts";

/**
 * Why rules drop a label set, in words and as the rule.
 *
 * @param found the rule's index and the labels that it looked at; undefined where no rule drops it by itself.
 */
export function dropReason(
  rules: readonly RuleArguments[],
  found: { readonly index: number; readonly labels: LabelSet } | undefined,
): DropReason {
  const rule = found && rules[found.index];
  if (found === undefined || rule === undefined) return { text: "no label was left after the rules" };
  const { action, source_labels: sourceLabels, separator, regex, target_label: targetLabel } = rule;
  const value = sourceLabels.map((name) => found.labels.get(name) ?? "").join(separator);
  const text = `rule ${found.index} (${action}): ${describe(rule, value, found.labels.get(targetLabel) ?? "")}`;
  return { text, rule: { index: found.index, action, sourceLabels, separator, regex, targetLabel, value } };
}

function describe(rule: RuleArguments, value: string, target: string): string {
  const looked = `${rule.source_labels.join(rule.separator)} is ${JSON.stringify(value)}`;
  switch (rule.action) {
    case "keep":
      return `${looked}, which ${rule.regex} does not match`;
    case "keepequal":
      return `${looked} and ${rule.target_label} is ${JSON.stringify(target)}, which is not equal`;
    case "dropequal":
      return `${looked}, and so is ${rule.target_label}`;
    default:
      return `${looked}, which ${rule.regex} matches`;
  }
}
