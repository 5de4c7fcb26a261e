import type { SourceProblem, Span } from "./syntax_tree.ts";

/** An environment variable in a text, and what stands in for it where it is unset or empty. */
export interface VariablePart {
  readonly variable: string;
  /** Undefined where the variable must be set. */
  readonly fallback: string | undefined;
}

/** A text in pieces: what is known now, and what the environment will say. No two pieces of text are neighbours. */
export type TextParts = readonly (string | VariablePart)[];

/** What an expression stands for, as far as that is known before pyroduct runs. */
export type Value =
  | { readonly type: "null" }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "integer"; readonly value: bigint }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "text"; readonly parts: TextParts }
  | { readonly type: "array"; readonly items: readonly Value[] }
  | { readonly type: "object"; readonly entries: ReadonlyMap<string, Value> }
  /** What a component takes profiles with; by the component's ID. */
  | { readonly type: "receiver"; readonly component: string }
  /** What a file holds, that a `local.file` of this label reads. */
  | { readonly type: "file"; readonly label: string };

/** An expression, or a part of the file, that has no counterpart. */
export class Untranslatable extends Error {
  override readonly name = "Untranslatable";
  readonly span: Span;
  readonly fix: string | undefined;

  constructor(span: Span, message: string, fix?: string) {
    super(message);
    this.span = span;
    this.fix = fix;
  }

  /** As a problem of the argument at this path. */
  problem(path: string): SourceProblem {
    const { span, message, fix } = this;
    return { span, path, message, fix };
  }
}

/** The longest text that is made, in UTF-16 code units; a few nested calls could ask for more than any memory holds. */
export const maxTextLength = 1024 * 1024;

/**
 * Text that is known now.
 *
 * @throws TextTooLong
 */
export function knownText(text: string): Value {
  if (text.length > maxTextLength) throw new TextTooLong();
  return { type: "text", parts: [text] };
}

/** A text that would be longer than `maxTextLength`. */
export class TextTooLong extends Error {
  override readonly name = "TextTooLong";
}

/**
 * Puts texts together.
 *
 * @throws TextTooLong
 */
export function joinParts(texts: readonly TextParts[]): TextParts {
  const joined: (string | VariablePart)[] = [];
  let length = 0;
  for (const part of texts.flat()) {
    const last = joined.at(-1);
    if (typeof part !== "string") joined.push(part);
    else if (typeof last === "string") joined[joined.length - 1] = last + part;
    else if (part !== "") joined.push(part);
    length += typeof part === "string" ? part.length : part.variable.length;
    if (length > maxTextLength) throw new TextTooLong();
  }
  return joined;
}

/** The text where all of it is known now. */
export function wholeText(parts: TextParts): string | undefined {
  if (parts.length === 0) return "";
  const [only] = parts;
  return parts.length === 1 && typeof only === "string" ? only : undefined;
}

/** A number as Go writes it into a string: `strconv.FormatFloat(x, 'f', -1, 64)`, which has no exponent. */
export function numberText(value: bigint | number): string {
  if (typeof value === "bigint") return value.toString();
  const short = String(value);
  const match = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(short);
  if (match === null) return short;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
  const point = whole.length + Number(exponent);
  const digits = whole + fraction;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
}

/** What kind of value it is, in words. */
export function describe(value: Value): string {
  switch (value.type) {
    case "bool":
      return "true or false";
    case "integer":
    case "float":
      return "a number";
    case "text":
      return "a string";
    case "array":
      return "an array";
    case "object":
      return "an object";
    case "receiver":
      return "a receiver";
    case "file":
      return "the content of a file";
    case "null":
      return "null";
  }
}
