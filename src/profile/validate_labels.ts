import { describeLabels, type LabelSet } from "./label_set.ts";
import type { Profile } from "./profile.ts";

const labelName = /^[a-zA-Z0-9_.]+$/;

/** Label sets that were found valid; the same ones come again and again. */
const valid = new WeakSet<LabelSet>();

/** Why a label's name is not acceptable to Pyroscope (one or more of `[a-zA-Z0-9_.]`); undefined if it is. */
export function labelNameProblem(name: string): string | undefined {
  if (name === "") return "a label has no name";
  if (labelName.test(name)) return undefined;
  return `the label name ${JSON.stringify(name)} may only hold letters, digits, "_" and "."`;
}

/** Why a label set can't be sent; undefined where it can. */
export function labelSetProblem(labels: LabelSet): string | undefined {
  if (labels.size === 0) return "it has no labels: a service_name or __name__ is required";
  for (const name of labels.keys()) {
    const problem = labelNameProblem(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Why a profile can't be sent, naming the series and the label; undefined where it can. */
export function profileProblem(profile: Profile): string | undefined {
  if (profile.kind === "ingest") return invalidLabels("profile", profile.labels);
  for (const series of profile.series) {
    const problem = invalidLabels("series", series.labels);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function invalidLabels(noun: string, labels: LabelSet): string | undefined {
  if (valid.has(labels)) return undefined;
  const problem = labelSetProblem(labels);
  if (problem !== undefined) return `invalid labels in ${noun} ${describeLabels(labels)}: ${problem}`;
  valid.add(labels);
  return undefined;
}
