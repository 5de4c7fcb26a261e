import * as v from "valibot";
import { type RuleArguments, relabelSchema } from "../../src/relabel/schema.ts";

/** A rule as the configuration has it: what is left out has its default. */
export type GivenRule = Readonly<Partial<RuleArguments>>;

/** The rules with defaults filled in. */
export function ruleArguments(...rules: readonly GivenRule[]): RuleArguments[] {
  return v.parse(relabelSchema, { forward_to: ["pyroscope.write.default.receiver"], rule: rules }).rule;
}
