import * as v from "valibot";
import {
  block,
  blockList,
  documented,
  forwardTo,
  integer,
  list,
  literalText,
  oneOf,
  text,
} from "../component/arguments.ts";

/** What a rule can do, in Prometheus' words. */
export const ruleActions = [
  "replace",
  "keep",
  "drop",
  "keepequal",
  "dropequal",
  "hashmod",
  "labelmap",
  "labeldrop",
  "labelkeep",
  "lowercase",
  "uppercase",
] as const;

/** The values of a rule's arguments that are not given; the rules of use compare with them too. */
export const ruleDefaults = {
  separator: ";",
  regex: "(.*)",
  modulus: 0,
  target_label: "",
  replacement: "$1",
} as const;

const rule = block({
  source_labels: documented(
    v.optional(list(text()), []),
    "Labels whose values, joined by the separator, the rule looks at.",
  ),
  separator: documented(
    v.optional(text(), ruleDefaults.separator),
    "What joins the values of the source labels.",
  ),
  regex: documented(
    v.optional(literalText(), ruleDefaults.regex),
    "Regular expression in RE2's syntax that the whole value (labelmap, labeldrop, labelkeep: label name) must match.",
  ),
  modulus: documented(v.optional(integer(0), ruleDefaults.modulus), "What hashmod divides by; at least 1."),
  target_label: documented(
    v.optional(literalText(), ruleDefaults.target_label),
    "Label that is set, or that keepequal and dropequal compare with; replace may refer to groups of the regex.",
  ),
  replacement: documented(
    v.optional(literalText(), ruleDefaults.replacement),
    "Value that replace sets, or name that labelmap copies to; may refer to groups of the regex as $1 or ${name}.",
  ),
  action: documented(v.optional(oneOf(ruleActions), "replace"), "What the rule does."),
});

/** The arguments of pyroscope.relabel. */
export const relabelSchema = block({
  forward_to: forwardTo(),
  rule: documented(
    v.optional(blockList(rule), []),
    "Relabelling rules of Prometheus, applied in their order.",
  ),
  max_cache_size: documented(
    v.optional(integer(1), 10_000),
    "How many label sets are remembered together with what the rules made of them.",
  ),
});

/** The arguments of pyroscope.relabel, with defaults filled in. */
export type RelabelArguments = v.InferOutput<typeof relabelSchema>;

/** One relabelling rule. */
export type RuleArguments = RelabelArguments["rule"][number];
