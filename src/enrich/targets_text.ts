import { extname } from "node:path";
import * as v from "valibot";
import { parse as parseYaml } from "yaml";
import { messageOf } from "../base/failure.ts";
import { list, mapping, text } from "../component/arguments.ts";
import { labelNameProblem } from "../profile/validate_labels.ts";
import type { Target } from "./target_lookup.ts";

/** The targets that a file holds, or why it can't be read. */
export type TargetsResult =
  | { readonly ok: true; readonly targets: readonly Target[] }
  | { readonly ok: false; readonly problem: string };

/** What Prometheus calls the address of a target. */
const addressLabel = "__address__";

const group = v.strictObject(
  { targets: v.optional(list(text()), []), labels: v.optional(mapping(text()), {}) },
  (issue) =>
    issue.expected === "never" ? "unknown key: only targets and labels are possible" : "expected a mapping",
);

const groups = list(group);

/**
 * Reads targets in the format of Prometheus' file_sd
 * (https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config): a list of
 * groups, each with `targets`, a list of addresses, and the `labels` that they share.
 *
 * @param path tells JSON (`.json`) from YAML.
 */
export function parseTargets(path: string, content: string): TargetsResult {
  try {
    return extname(path).toLowerCase() === ".json"
      ? targetsOf(JSON.parse(content))
      : parseYamlTargets(content);
  } catch (thrown) {
    // The lines after the first show the place.
    return { ok: false, problem: messageOf(thrown).replace(/:?\n.*/s, "") };
  }
}

// Bun's parser takes a twentieth of the time for thousands of targets, and requests wait meanwhile. What it
// can't read or reads as anything but text goes to the one that says where, and leaves `1.10` as it stands.
function parseYamlTargets(content: string): TargetsResult {
  const quick = quicklyParsed(content);
  return quick.ok ? quick : targetsOf(parseYaml(content, { schema: "failsafe", logLevel: "error" }));
}

function quicklyParsed(content: string): TargetsResult {
  try {
    return targetsOf(Bun.YAML.parse(content));
  } catch (thrown) {
    return { ok: false, problem: messageOf(thrown) };
  }
}

function targetsOf(value: unknown): TargetsResult {
  const parsed = v.safeParse(groups, value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const path = v.getDotPath(issue);
    return { ok: false, problem: path === null ? issue.message : `${path}: ${issue.message}` };
  }
  const targets: Target[] = [];
  for (const { targets: addresses, labels } of parsed.output) {
    const shared = Object.entries(labels);
    for (const [name] of shared) {
      const problem = labelNameProblem(name);
      if (problem !== undefined) return { ok: false, problem };
    }
    for (const address of addresses) targets.push(new Map([...shared, [addressLabel, address]]));
  }
  return { ok: true, targets };
}
