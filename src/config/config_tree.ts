import {
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLError,
} from "yaml";
import { type ConfigPath, formatPath, type LocatedProblem, type Position, type Problem } from "./problem.ts";

const start: Position = { line: 1, column: 1 };

/** A configuration file as it was written: plain values, and where each of them stands. */
export interface ConfigTree {
  readonly value: unknown;
  /** What is wrong with the text itself. */
  readonly problems: readonly LocatedProblem[];
  /** Finds the place of a problem: of its key or value, or of the nearest thing around it. */
  locate(problem: Problem): LocatedProblem;
}

/** Reads YAML, of which JSON is a part. */
export function parseConfigTree(text: string): ConfigTree {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    logLevel: "error",
    merge: true,
    prettyErrors: false,
  });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const problems: LocatedProblem[] = document.errors.map((error) => ({
    position: positionAt(error.pos[0]),
    path: "",
    message: describeError(error),
  }));
  const value = problems.length === 0 ? toPlain(() => document.toJS({ maxAliasCount: 100 })) : undefined;
  if (value === unresolved) problems.push({ position: start, path: "", message: aliasProblem });
  const resolve: Resolve = (node) => {
    if (isAlias(node)) return node.resolve(document);
    return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
  };
  return {
    value,
    problems,
    locate: ({ path, message }) => {
      const found = find(resolve(document.contents), path, resolve);
      const position = found.offset === undefined ? start : positionAt(found.offset);
      return { position, path: formatPath(found.path), message };
    },
  };
}

const unresolved = Symbol("unresolved");

const aliasProblem =
  "an alias (*name) names no anchor before it, or there are too many: put text that begins with * in quotes";

// Too many aliases are an attack, or a mistake that looks like one.
function toPlain(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return unresolved;
  }
}

/** What is said instead where the library would quote the text, which may be a secret, or speak of itself. */
const errorWords: Partial<Record<ErrorCode, string>> = {
  BAD_COLLECTION_TYPE: "the tag does not fit what it stands before",
  BAD_DIRECTIVE: "the directive is not known",
  BAD_DQ_ESCAPE: "a backslash in double quotes begins no escape of YAML's: use single quotes, or two of them",
  MULTIPLE_DOCS: "there must be one document only",
  TAG_RESOLVE_FAILED: "the tag is not known, or does not fit: put text that begins with ! in quotes",
};

function describeError({ code, message }: YAMLError): string {
  return (
    errorWords[code] ?? firstLine(message).replace(/(?<=extra characters|YAML stream|YAML token): .*/, "")
  );
}

interface Found {
  readonly offset: number | undefined;
  /** The path as it stands in the file: a block that is written as one mapping has no index there. */
  readonly path: ConfigPath;
}

type Resolve = (node: unknown) => Node | undefined;

function find(root: Node | undefined, path: ConfigPath, resolve: Resolve): Found {
  const written: (string | number)[] = [];
  let place: Place = { node: root, offset: root?.range?.[0] };
  for (const part of path) {
    if (isMap(place.node) && typeof part === "number") continue;
    written.push(part);
    place = step(place, part, resolve);
  }
  return { offset: place.offset, path: written };
}

interface Place {
  readonly node: Node | undefined;
  /** Of the node, or of the nearest thing around what is not there. */
  readonly offset: number | undefined;
}

function step({ node, offset }: Place, part: string | number, resolve: Resolve): Place {
  if (isSeq(node) && typeof part === "number") {
    const item = resolve(node.items[part]);
    return { node: item, offset: item?.range?.[0] ?? offset };
  }
  if (!isMap(node)) return { node: undefined, offset };
  const pair: Pair | undefined = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
  if (pair === undefined) return { node: undefined, offset };
  const value = resolve(pair.value);
  const keyOffset = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
  const valueOffset = isScalar(value) ? value.range?.[0] : undefined;
  return { node: value, offset: valueOffset ?? keyOffset ?? offset };
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}
