import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/**
 * The folders of src in layers: a file imports its own folder or a layer above its own. Those of one layer do
 * not import one another, so components never know of each other.
 */
const layers: readonly (readonly string[])[] = [
  ["gen"],
  ["base"],
  ["profile"],
  ["telemetry"],
  ["http"],
  ["component"],
  ["receive_http", "write", "relabel", "enrich", "local_store", "debuginfo"],
  ["components.ts"],
  ["config"],
  ["graph", "convert"],
  ["controller"],
  ["admin"],
  ["cli"],
  ["main.ts"],
];

/** All imports below `root` that go against the layers, a line each. */
export async function layerProblems(root: string): Promise<string[]> {
  const problems: string[] = [];
  for await (const file of new Bun.Glob("**/*.{ts,tsx}").scan({ cwd: root })) {
    for (const target of importsOf(join(root, file))) {
      const imported = relative(root, resolve(dirname(join(root, file)), target));
      if (imported.startsWith("..") || isAllowed(folderOf(file), folderOf(imported))) continue;
      problems.push(`src/${file} must not import src/${imported}: it is no layer above its own`);
    }
  }
  return problems.sort();
}

// Bun's own scanner leaves out imports of types, which are dependencies all the same.
function importsOf(path: string): string[] {
  const source = readFileSync(path, "utf8");
  return [...source.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map((match) => match[1] ?? "");
}

function folderOf(file: string): string {
  return file.split("/", 1)[0] ?? "";
}

function isAllowed(from: string, to: string): boolean {
  return from === to || layerOf(to) < layerOf(from);
}

function layerOf(folder: string): number {
  const layer = layers.findIndex((folders) => folders.includes(folder));
  if (layer < 0) throw new Error(`src/${folder} is in no layer: add it to .config/layers.ts`);
  return layer;
}
