import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { componentDefinitions } from "../../src/components.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { explainProblem, type LocatedProblem } from "../../src/config/problem.ts";

const folder = join(import.meta.dir, "mistakes");

/** Variables that the configurations use. */
const environment = { MISTAKES: join(folder, "files") };

/** A configuration with a mistake that people make, and what they are told. */
export interface Mistake {
  /** Its file's name. */
  readonly name: string;
  readonly problems: readonly LocatedProblem[];
  /** What `pyroduct validate` prints. */
  readonly explained: string;
  /** The file that holds what it should print. */
  readonly goldenPath: string;
}

/** Every mistake that there is a file for. */
export function allMistakes(): Mistake[] {
  return namesOf(/\.(?:yaml|json)$/).map((name) => {
    const loaded = loadConfig(readFileSync(join(folder, name), "utf8"), componentDefinitions, environment);
    const problems = loaded.ok ? [] : loaded.problems;
    return {
      name,
      problems,
      explained: problems.map((problem) => `${explainProblem(name, problem)}\n`).join(""),
      goldenPath: join(folder, goldenName(name)),
    };
  });
}

/** The names of the files that hold what should be printed. */
export function goldenNames(): string[] {
  return namesOf(/\.txt$/);
}

/** The name of the file that goes with a configuration. */
export function goldenName(name: string): string {
  return name.replace(/\.\w+$/, ".txt");
}

function namesOf(pattern: RegExp): string[] {
  return readdirSync(folder)
    .filter((name) => pattern.test(name))
    .toSorted();
}
