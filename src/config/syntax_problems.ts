import { type Document, type ErrorCode, isCollection, isPair, isScalar, type YAMLError } from "yaml";
import { lineAt, type Range } from "./excerpt.ts";

/** Something that keeps a text from being read. */
export interface SyntaxProblem {
  readonly range: Range;
  readonly message: string;
  readonly fix: string | undefined;
}

/** A block of Alloy's language, such as `pyroscope.write "default" {` or `endpoint {`. */
const alloyBlock = /^[ \t]*[a-z_]+(?:\.[a-z_]+)+(?:[ \t]+"[^"\n]*")?[ \t]*\{[ \t]*(?:\/\/.*)?\r?$/m;

/** What is said of a text in Alloy's language; undefined where it does not look like that. */
export function alloyProblem(text: string): SyntaxProblem | undefined {
  const match = alloyBlock.exec(text);
  if (match === null) return undefined;
  const start = match.index + match[0].length - match[0].trimStart().length;
  return {
    range: { start, end: match.index + match[0].trimEnd().length },
    message: "this is Alloy's configuration language, and YAML or JSON is expected",
    fix: "pyroduct convert FILE rewrites it as YAML",
  };
}

/** How many errors are looked into: the place of each costs a walk through the whole text. */
const mostErrors = 100;

/** How many items of a list or mapping are looked at for brackets and quotes that do not close. */
const mostItems = 10_000;

/**
 * Everything that is wrong with a text as YAML, at least of the first hundred errors. What follows from something
 * else on the same line is left out.
 */
export function syntaxProblems(text: string, document: Document): SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  const lines = new Set<number>();
  const enclosures = enclosuresIn(document);
  for (const error of document.errors.slice(0, mostErrors)) {
    const range = placeOf(text, enclosures, error);
    const noticed = lineAt(text, error.pos[0]).start;
    const line = lineAt(text, range.start).start;
    if (lines.has(line) || lines.has(noticed)) continue;
    lines.add(line).add(noticed);
    problems.push({ range, message: messageOf(error), fix: fixOf(text, range, error) });
  }
  return problems;
}

/** What is said instead where the library would quote the text, which may be a secret, or speak of itself. */
const messages: Partial<Record<ErrorCode, string>> = {
  BAD_COLLECTION_TYPE: "the tag does not fit what it stands before",
  BAD_DIRECTIVE: "the directive is not known",
  BAD_DQ_ESCAPE: "a backslash in double quotes begins no escape of YAML's: use single quotes, or two of them",
  BLOCK_AS_IMPLICIT_KEY: "a key can't stand here: there is a value on this line or above it already",
  DUPLICATE_KEY: "the key is there already",
  MULTIPLE_DOCS: "there must be one document only",
  TAB_AS_INDENT: "a tab can't indent a line",
  TAG_RESOLVE_FAILED: "the tag is not known, or does not fit: put text that begins with ! in quotes",
};

/** The library's own words that can be said more plainly. */
const plainer: readonly (readonly [RegExp, string])[] = [
  [/^Implicit map keys need to be followed by map values/, "a key must be followed by a colon and a space"],
  [/^Implicit keys need to be on a single line/, "a key must stand on one line"],
  [/^Missing closing (["'])quote/, "the closing $1 is missing"],
  [/^All mapping items must start at the same column/, "the keys of a mapping must begin in the same column"],
  [/^All sequence items must start at the same column/, "the items of a list must begin in the same column"],
  [/^Plain value cannot start with .*(\S)$/, "text can't begin with $1 unless it is in quotes"],
  [/^Unexpected , in flow (?:map|sequence)$/, "there is a comma too many"],
  [/^Missing , (?:or : )?between flow (?:map|sequence) items/, "a comma is missing before this"],
  [/^Flow (map|sequence) in block collection .* end with a (.)$/, "the closing $2 is missing"],
  [/^(?:Expected flow|Flow) (map|sequence) to end with (.)$/, "the closing $2 is missing"],
  [/(?<=extra characters|YAML stream|YAML token): .*/, ""],
];

function messageOf({ code, message }: YAMLError): string {
  const known = messages[code];
  if (known !== undefined) return known;
  const [firstLine = ""] = message.split("\n", 1);
  for (const [pattern, words] of plainer) {
    if (pattern.test(firstLine)) return firstLine.replace(pattern, words);
  }
  return firstLine;
}

/** Where a problem is to be shown; the library names the place where it noticed. */
function placeOf(text: string, enclosures: readonly Range[], { code, pos, message }: YAMLError): Range {
  const [start, end] = pos;
  if (/^Missing closing|end with/.test(message)) {
    const opened = openedBefore(enclosures, start);
    if (opened !== undefined) return { start: opened, end: opened + 1 };
  }
  const rest = lineAt(text, start).end;
  if (code === "BLOCK_AS_IMPLICIT_KEY" && !/:\s/.test(text.slice(start, rest)) && rest + 1 < text.length) {
    // A value has a key below it, on a line that is indented too deep.
    return wordAt(text, rest + 1);
  }
  if (code === "TAB_AS_INDENT" || code === "MULTIPLE_DOCS") return { start, end };
  return wordAt(text, start, end);
}

// What stands there, blanks in front of it left out, no further than to the end of the line.
function wordAt(text: string, offset: number, end = offset): Range {
  const start = offset + (/^[ \t]*/.exec(text.slice(offset, lineAt(text, offset).end))?.[0].length ?? 0);
  const length = /^[\w.-]+/.exec(text.slice(start, start + 100))?.[0].length ?? 1;
  return { start, end: Math.max(start + length, Math.min(end, lineAt(text, start).end)) };
}

// Where the innermost thing begins that is still open at the offset.
function openedBefore(enclosures: readonly Range[], offset: number): number | undefined {
  let opened: number | undefined;
  for (const { start, end } of enclosures) {
    if (start < offset && end >= offset - 1 && start >= (opened ?? 0)) opened = start;
  }
  return opened;
}

// Everything that has an opening and a closing sign. A text may nest them deeper than functions can call themselves.
function enclosuresIn(document: Document): Range[] {
  const found: Range[] = [];
  const pending: unknown[] = [document.contents];
  while (pending.length > 0) {
    const node = pending.pop();
    if (isPair(node)) pending.push(node.key, node.value);
    if (isCollection(node)) pending.push(...node.items.slice(0, mostItems));
    const isEnclosed = (isScalar(node) && /QUOTE/.test(node.type ?? "")) || (isCollection(node) && node.flow);
    const [start, end] = (isEnclosed && node.range) || [];
    if (start !== undefined && end !== undefined) found.push({ start, end });
  }
  return found;
}

function fixOf(text: string, { start }: Range, { code, message }: YAMLError): string | undefined {
  const { start: lineStart, end } = lineAt(text, start);
  const line = text.slice(lineStart, end);
  if (code === "MISSING_CHAR" && /closing/.test(message)) return "close the quotes at the end of the text";
  if (/end with/.test(message)) return "close the bracket at the end of the list or mapping";
  if (code === "MISSING_CHAR" && /^Implicit map keys/.test(message)) return missingColonFix(line);
  if (code === "MISSING_CHAR" && /Missing , /.test(message)) {
    return "end the item before it with a comma, or put text that holds a comma or a colon in quotes";
  }
  if (code === "BLOCK_AS_IMPLICIT_KEY" || code === "MULTILINE_IMPLICIT_KEY") return unexpectedKeyFix(line);
  if (/^Unexpected , in/.test(message)) return "take it out";
  if (code === "DUPLICATE_KEY") {
    return start === lineStart
      ? "write what stands below both under one of them, each component with a label of its own"
      : "keep one of the two, or give the second another name";
  }
  return fixes[code] ?? "put text that holds any of {}[],#|>@`\"'%&! in quotes";
}

const fixes: Partial<Record<ErrorCode, string>> = {
  BAD_DQ_ESCAPE: String.raw`write it in single quotes, where a backslash stands for itself: '\d+'`,
  BAD_INDENT: "begin the line in the same column as those that it stands beside",
  BAD_SCALAR_START: "put the whole text in quotes",
  BAD_ALIAS: "put text that begins with * or & in quotes",

  MULTIPLE_DOCS: "take the --- out: one file is one document",
  TAB_AS_INDENT: "indent with spaces, two for each level",
};

function missingColonFix(line: string): string {
  const [, key] = /^[\s-]*([\w.-]+)(?:\s+|:|\s*=\s*)\S/.exec(line) ?? [];
  return key === undefined
    ? "write a colon and a space after the key"
    : `write a colon and a space after the key: ${key}: …`;
}

function unexpectedKeyFix(line: string): string {
  return /^\s*(?:- )?[\w.-]+:\s+[^"'{[].*:\s/.test(line)
    ? "put the value in quotes: it holds a colon that a space follows"
    : "indent the line like the one above it, or take the value above out where this belongs below it";
}
