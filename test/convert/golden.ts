import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { componentDefinitions } from "../../src/components.ts";
import { type Converted, convertSource } from "../../src/convert/convert_source.ts";
import { Report } from "../../src/convert/report.ts";

/** Configurations of Alloy's that can be turned, and what becomes of them beside each. */
export const examples = join(import.meta.dir, "examples");

/** Those that can't, and what is said of them and could still be turned. */
export const refused = join(import.meta.dir, "refused");

/** The names of the configurations in a folder. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".alloy"))
    .map((name) => basename(name, ".alloy"))
    .toSorted();
}

/** A conversion, and all that is said of it. */
export interface Told {
  readonly converted: Converted;
  readonly problems: string;
  readonly summary: string;
}

/** Turns one of them into YAML. */
export function convertFile(folder: string, name: string): Told {
  const file = `${name}.alloy`;
  const source = readFileSync(join(folder, file), "utf8");
  const converted = convertSource(source, componentDefinitions, "yaml");
  const report = new Report(file, source);
  return { converted, problems: report.problems(converted.problems), summary: report.summary(converted) };
}
