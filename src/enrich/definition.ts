import { type ComponentDefinition, defineComponent } from "../component/definition.ts";
import { labelNameProblem } from "../profile/validate_labels.ts";
import { EnrichComponent } from "./component.ts";
import { type EnrichArguments, enrichSchema } from "./schema.ts";
import { readTargets } from "./targets_file.ts";

/** pyroscope.enrich: adds the labels of targets to profiles. */
export const enrichDefinition: ComponentDefinition = defineComponent<EnrichArguments>({
  type: "pyroscope.enrich",
  description: "Gives profiles the labels of the targets that they come from.",
  schema: enrichSchema,
  isReceiver: true,
  check: (args, report) => {
    if (args.targets === undefined && args.targets_files === undefined) {
      const fix = "add targets_files: [targets.yaml], or targets";
      report(["targets"], "is required unless targets_files is given", fix);
    }
    args.targets?.forEach((target, index) => {
      for (const name of Object.keys(target)) {
        const problem = labelNameProblem(name);
        if (problem !== undefined)
          report(["targets", index, name], problem, "write letters, digits, _ and dots");
      }
    });
    args.targets_files?.forEach((path, index) => {
      const read = readTargets(path);
      if (!read.ok)
        report(["targets_files", index], read.problem, "write the file in the format of Prometheus' file_sd");
    });
  },
  build: (args, context) => new EnrichComponent(args, context),
});
