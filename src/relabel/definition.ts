import { type ComponentDefinition, defineComponent } from "../component/definition.ts";
import { RelabelComponent } from "./component.ts";
import { ruleProblems } from "./rule_problems.ts";
import { type RelabelArguments, relabelSchema } from "./schema.ts";

/** pyroscope.relabel: rewrites labels and drops profiles by them. */
export const relabelDefinition: ComponentDefinition = defineComponent<RelabelArguments>({
  type: "pyroscope.relabel",
  description: "Rewrites the labels of profiles, and drops profiles, by the relabelling rules of Prometheus.",
  schema: relabelSchema,
  isReceiver: true,
  check: (args, report) => {
    args.rule.forEach((rule, index) => {
      for (const { key, message, fix } of ruleProblems(rule)) report(["rule", index, key], message, fix);
    });
  },
  build: (args, context) => new RelabelComponent(args, context),
});
