import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from "yaml";
import { excerptOf, type Range } from "./excerpt.ts";
import { type ConfigPath, formatPath, type LocatedProblem, type Problem } from "./problem.ts";
import type { SchemaShape } from "./schema_shape.ts";
import { SecretKeys } from "./secret_keys.ts";
import { likelySecrets, secretRanges } from "./secret_ranges.ts";
import { alloyProblem, type SyntaxProblem, syntaxProblems } from "./syntax_problems.ts";

/** A configuration file as it was written: plain values, and where each of them stands. */
export interface ConfigTree {
  readonly value: unknown;
  /** What is wrong with the text itself. */
  readonly problems: readonly LocatedProblem[];
  /** Finds the place of a problem: of its key or value, or of the nearest thing around it. */
  locate(problem: Problem): LocatedProblem;
}

/**
 * Reads YAML, of which JSON is a part.
 *
 * @param schema that of the whole configuration, which says what must not be shown.
 */
export function parseConfigTree(text: string, schema: SchemaShape): ConfigTree {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    logLevel: "error",
    merge: true,
    prettyErrors: false,
  });
  const place = (range: Range, secrets: () => readonly Range[]) => {
    const { line, col } = lines.linePos(range.start);
    return { position: { line, column: col }, excerpt: excerptOf(text, range, secrets()) };
  };
  const found = document.errors.length > 0 ? syntaxProblems(text, document) : [];
  const value = found.length === 0 ? toPlain(() => document.toJS({ maxAliasCount: 100 })) : undefined;
  if (value === unresolved) found.push(aliasProblem(firstAlias(document)));
  const alloy = typeof value === "object" && value !== null ? undefined : alloyProblem(text);
  const keys = new SecretKeys(schema);
  const problems = (alloy === undefined ? found : [alloy]).map(({ range, message, fix }): LocatedProblem => {
    return { ...place(range, () => likelySecrets(text, range.start, keys)), path: "", message, fix };
  });
  const resolve: Resolve = (node) => {
    if (isAlias(node)) return node.resolve(document);
    return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
  };
  let secrets: readonly Range[] | undefined;
  const allSecrets = () => {
    secrets ??= secretRanges(text, document, schema);
    return secrets;
  };
  return {
    value,
    problems,
    locate: ({ path, message, fix, isOfKey }) => {
      const found = find(resolve(document.contents), path, resolve);
      const range = (isOfKey ? found.key : undefined) ?? found.range ?? { start: 0, end: 0 };
      return { ...place(range, allSecrets), path: formatPath(found.path), message, fix };
    },
  };
}

const unresolved = Symbol("unresolved");

function aliasProblem(range: Range): SyntaxProblem {
  return {
    range,
    message:
      "an alias (*name) names no anchor before it, or there are too many: put text that begins with * in quotes",
    fix: "put the text in quotes: '*…'",
  };
}

// The one that names nothing, or else the first of too many.
function firstAlias(document: ReturnType<typeof parseDocument>): Range {
  let first: Range | undefined;
  visit(document, {
    Alias: (_, alias) => {
      const [start, end] = alias.range ?? [0, 0];
      if (alias.resolve(document) === undefined) {
        first = { start, end };
        return visit.BREAK;
      }
      first ??= { start, end };
      return undefined;
    },
  });
  return first ?? { start: 0, end: 0 };
}

// Too many aliases are an attack, or a mistake that looks like one.
function toPlain(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return unresolved;
  }
}

interface Found {
  /** Of the value where it is text, else of its key, else of the nearest thing around it. */
  readonly range: Range | undefined;
  /** Of the key. */
  readonly key: Range | undefined;
  /** The path as it stands in the file: a block that is written as one mapping has no index there. */
  readonly path: ConfigPath;
}

type Resolve = (node: unknown) => Node | undefined;

function find(root: Node | undefined, path: ConfigPath, resolve: Resolve): Found {
  const written: (string | number)[] = [];
  const first = startOf(root);
  let place: Place = { node: root, range: first, key: undefined };
  for (const part of path) {
    if (isMap(place.node) && typeof part === "number") continue;
    written.push(part);
    place = step(place, part, resolve);
  }
  return { range: place.range, key: place.key, path: written };
}

interface Place {
  readonly node: Node | undefined;
  /** Of the node, or of the nearest thing around what is not there. */
  readonly range: Range | undefined;
  readonly key: Range | undefined;
}

function step({ node, range }: Place, part: string | number, resolve: Resolve): Place {
  if (isSeq(node) && typeof part === "number") {
    const item = resolve(node.items[part]);
    return { node: item, range: (isScalar(item) ? rangeOf(item) : startOf(item)) ?? range, key: undefined };
  }
  if (!isMap(node)) return { node: undefined, range, key: undefined };
  const pair: Pair | undefined = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
  if (pair === undefined) return { node: undefined, range, key: undefined };
  const value = resolve(pair.value);
  const key = isScalar(pair.key) ? rangeOf(pair.key) : undefined;
  return { node: value, range: (isScalar(value) ? rangeOf(value) : undefined) ?? key ?? range, key };
}

function rangeOf(node: Node | undefined): Range | undefined {
  const [start, end] = node?.range ?? [];
  return start === undefined || end === undefined ? undefined : { start, end };
}

// Of a mapping or a list only the beginning is shown.
function startOf(node: Node | undefined): Range | undefined {
  const start = node?.range?.[0];
  return start === undefined ? undefined : { start, end: start };
}
