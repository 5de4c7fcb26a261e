import * as v from "valibot";
import type { ComponentDefinition, ReportProblem } from "../component/definition.ts";
import { configSchema } from "./config_schema.ts";
import { type ConfigTree, parseConfigTree } from "./config_tree.ts";
import { conform } from "./conform.ts";
import { withFix } from "./fix.ts";
import { portProblems } from "./listening.ts";
import type { LocatedProblem, Problem } from "./problem.ts";
import { idsDownstream, receiversOf, referenceProblems } from "./references.ts";
import { type SchemaShape, shapeOf } from "./schema_shape.ts";

/** One component as it is configured; plain data, fit to be sent to a shard. */
export interface ComponentConfig {
  /** `pyroscope.write.default`. */
  readonly id: string;
  readonly type: string;
  readonly label: string;
  /** The arguments as written, the environment expanded, defaults not filled in. */
  readonly source: Readonly<Record<string, unknown>>;
  /** The components that it forwards to, by id. */
  readonly forwardTo: readonly string[];
}

/** A configuration, or everything that is wrong with it. */
export type LoadedConfig =
  | { readonly ok: true; readonly components: readonly ComponentConfig[] }
  | { readonly ok: false; readonly problems: readonly LocatedProblem[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** How many problems are told; no person reads more, and the place of each costs a walk to it. */
const mostProblems = 500;

/** Reads and checks a configuration. All problems are found at once. */
export function loadConfig(
  text: string,
  definitions: readonly ComponentDefinition[],
  environment: Environment,
): LoadedConfig {
  const schema = configSchema(definitions);
  const tree = parseConfigTree(text, shapeOf(schema));
  if (tree.problems.length > 0) return { ok: false, problems: tree.problems };
  const problems: Problem[] = [];
  const components = check(tree, schema, definitions, environment, problems);
  if (problems.length === 0) return { ok: true, components };
  const located = problems.slice(0, mostProblems).map((problem) => tree.locate(problem));
  return { ok: false, problems: [...located.toSorted(byPosition), ...rest(problems.length - mostProblems)] };
}

function check(
  tree: ConfigTree,
  schema: ReturnType<typeof configSchema>,
  definitions: readonly ComponentDefinition[],
  environment: Environment,
  problems: Problem[],
): readonly ComponentConfig[] {
  if (tree.value === null || tree.value === undefined) {
    problems.push({
      path: [],
      message: "the configuration is empty: it needs at least a pyroscope.receive_http",
      fix: "write one, or start without a configuration: pyroduct run keeps profiles in a store on this machine",
    });
    return [];
  }
  const value = conform(shapeOf(schema), tree.value, [], { environment, problems });
  const parsed = v.safeParse(schema, value);
  const known = new Set(problems.map(({ path }) => JSON.stringify(path)));
  for (const issue of parsed.issues ?? []) {
    const path = (issue.path ?? []).map((item) => item.key as string | number);
    if (!known.has(JSON.stringify(path))) problems.push({ path, message: messageOfIssue(issue) });
  }
  const components = componentsIn(value, definitions);
  addFixes(problems, shapeOf(schema), tree.value, receiversOf(components, definitions));
  checkComponents(components, definitions, problems);
  problems.push(...referenceProblems(components, definitions), ...portProblems(components, definitions));
  return components;
}

// Everything found so far is about one key or one value.
function addFixes(
  problems: Problem[],
  schema: SchemaShape,
  config: unknown,
  receivers: readonly string[],
): void {
  for (const [index, problem] of problems.entries()) {
    if (index >= mostProblems) return;
    problems[index] = withFix(problem, { schema, config, receivers });
  }
}

/** A component whose arguments are right one by one. */
interface Sound {
  readonly component: ComponentConfig;
  readonly definition: ComponentDefinition;
  readonly args: unknown;
}

/** The rules between arguments; only for components whose arguments are right one by one. */
function checkComponents(
  components: readonly ComponentConfig[],
  definitions: readonly ComponentDefinition[],
  problems: Problem[],
): void {
  const sound = components.flatMap((component): Sound[] => {
    if (!/^[A-Za-z_]\w*$/.test(component.label)) {
      const path = [component.type, component.label];
      problems.push({
        path,
        message: "a label may only hold letters, digits and _, and begins with no digit",
        fix: `write ${component.label.replaceAll(/\W/g, "_").replace(/^(?=\d)/, "_")}, here and wherever it is referred to`,
        isOfKey: true,
      });
    }
    const definition = definitions.find(({ type }) => type === component.type);
    const parsed = definition && v.safeParse(definition.schema, component.source);
    return definition && parsed?.success ? [{ component, definition, args: parsed.output }] : [];
  });
  const storing = sound.filter(({ definition, args }) => definition.storesHeaders?.(args));
  for (const { component, definition, args } of sound) {
    const downstream = idsDownstream(component, components);
    const storingHeaders = storing.map((one) => one.component.id).filter((id) => downstream.has(id));
    const report: ReportProblem = (path, message, fix) => {
      problems.push({ path: [component.type, component.label, ...path], message, fix });
    };
    definition.check?.(args, report, { storingHeaders });
  }
}

function componentsIn(value: unknown, definitions: readonly ComponentDefinition[]): ComponentConfig[] {
  if (!isRecord(value)) return [];
  return definitions.flatMap(({ type }) => {
    const labelled = value[type];
    if (!isRecord(labelled)) return [];
    return Object.entries(labelled).flatMap(([label, source]) => {
      if (!isRecord(source)) return [];
      return [{ id: `${type}.${label}`, type, label, source, forwardTo: forwardToOf(source) }];
    });
  });
}

function forwardToOf(source: Readonly<Record<string, unknown>>): string[] {
  const references = source["forward_to"];
  if (!Array.isArray(references)) return [];
  return references.filter((one) => typeof one === "string").map((one) => one.replace(/\.receiver$/, ""));
}

// A missing key has a schema's message for the mapping around it, which would mislead.
function messageOfIssue(issue: v.BaseIssue<unknown>): string {
  if (issue.type === "strict_object" && issue.received === "undefined" && (issue.path?.length ?? 0) > 0) {
    return "is required";
  }
  return issue.input === undefined || issue.input === null ? `has no value: ${issue.message}` : issue.message;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Shown at the beginning of the file, since it is about all of it.
function rest(count: number): LocatedProblem[] {
  if (count <= 0) return [];
  const message = `there are ${count} more problems`;
  return [{ position: { line: 1, column: 1 }, path: "", message, fix: "solve those above first" }];
}

function byPosition(left: LocatedProblem, right: LocatedProblem): number {
  return left.position.line - right.position.line || left.position.column - right.position.column;
}
