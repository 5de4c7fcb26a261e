import { CodedError } from "../base/failure.ts";
import { toLower, toUpper } from "../base/letter_case.ts";
import { AnchoredRegex } from "../profile/anchored_regex.ts";
import { GroupTemplate } from "./group_template.ts";
import type { LabelBuilder } from "./label_builder.ts";
import { isLegacyName } from "./label_name.ts";
import type { RuleArguments } from "./schema.ts";

/** A relabelling rule ready for use. */
export interface Rule {
  /**
   * Whether the label can make a difference to other labels or to what is dropped. labeldrop and labelkeep
   * never look at a label but to remove that very label.
   */
  reads(name: string): boolean;
  /** Changes the labels; false where the profile is to be dropped. */
  apply(labels: LabelBuilder): boolean;
}

/**
 * Makes a rule of arguments that have been checked.
 *
 * @throws CodedError `invalid_argument` where the regular expression can't be read.
 */
export function buildRule(args: RuleArguments): Rule {
  const parsed = AnchoredRegex.parse(args.regex);
  if (!parsed.ok) throw new CodedError("invalid_argument", parsed.problem);
  const { regex } = parsed;
  return { reads: (name) => reads(args, regex, name), apply: applierOf(args, regex) };
}

function reads(args: RuleArguments, regex: AnchoredRegex, name: string): boolean {
  switch (args.action) {
    case "labelmap":
      return regex.test(name);
    case "labeldrop":
    case "labelkeep":
      return false;
    case "keepequal":
    case "dropequal":
      return args.target_label === name || args.source_labels.includes(name);
    default:
      return args.source_labels.includes(name);
  }
}

function applierOf(args: RuleArguments, regex: AnchoredRegex): Rule["apply"] {
  const { target_label: target } = args;
  const valueIn = (labels: LabelBuilder) => joinedValues(args, labels);
  switch (args.action) {
    case "replace":
      return replacer(args, regex);
    case "keep":
      return (labels) => regex.test(valueIn(labels));
    case "drop":
      return (labels) => !regex.test(valueIn(labels));
    case "keepequal":
      return (labels) => labels.get(target) === valueIn(labels);
    case "dropequal":
      return (labels) => labels.get(target) !== valueIn(labels);
    case "hashmod":
      return setter(target, (labels) => hashModulo(valueIn(labels), BigInt(args.modulus)));
    case "lowercase":
      return setter(target, (labels) => toLower(valueIn(labels)));
    case "uppercase":
      return setter(target, (labels) => toUpper(valueIn(labels)));
    case "labelmap":
      return labelMapper(args, regex);
    case "labeldrop":
      return remover((name) => regex.test(name));
    case "labelkeep":
      return remover((name) => !regex.test(name));
  }
}

function joinedValues({ source_labels: names, separator }: RuleArguments, labels: LabelBuilder): string {
  return names.map((name) => labels.get(name)).join(separator);
}

function replacer(args: RuleArguments, regex: AnchoredRegex): Rule["apply"] {
  const target = new GroupTemplate(args.target_label, regex.groupNumbers);
  const replacement = new GroupTemplate(args.replacement, regex.groupNumbers);
  return (labels) => {
    const groups = regex.match(joinedValues(args, labels));
    if (groups === undefined) return true;
    const name = target.expand(groups);
    if (isLegacyName(name)) labels.set(name, replacement.expand(groups));
    return true;
  };
}

function labelMapper(args: RuleArguments, regex: AnchoredRegex): Rule["apply"] {
  const target = new GroupTemplate(args.replacement, regex.groupNumbers);
  return (labels) => {
    for (const [name, value] of labels.entries()) {
      const groups = regex.match(name);
      const copy = groups === undefined ? "" : target.expand(groups);
      // A label without a name would make the whole profile invalid.
      if (copy !== "") labels.set(copy, value);
    }
    return true;
  };
}

function setter(target: string, valueIn: (labels: LabelBuilder) => string): Rule["apply"] {
  return (labels) => {
    labels.set(target, valueIn(labels));
    return true;
  };
}

function remover(isUnwanted: (name: string) => boolean): Rule["apply"] {
  return (labels) => {
    for (const [name] of labels.entries()) {
      if (isUnwanted(name)) labels.delete(name);
    }
    return true;
  };
}

// Prometheus takes the last 8 of MD5's 16 bytes, so that hashes stay what they always were.
function hashModulo(value: string, modulus: bigint): string {
  const { buffer, byteOffset } = Bun.MD5.hash(value);
  return String(new DataView(buffer, byteOffset).getBigUint64(8) % modulus);
}
