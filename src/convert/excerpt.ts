import type { Position } from "../config/problem.ts";
import { readTokens, type Token } from "./lexer.ts";
import type { Span } from "./syntax_tree.ts";

/** Longer lines tell nothing on a terminal. */
const maxColumns = 160;

const mask = "…";

/** What a terminal would act upon, or what would turn the order of a line around. */
const unprintable = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * Shows places of a source as a person sees them. What is in quotes may be a secret: it is masked, but where it is a
 * label, the name of a field, or that of an environment variable.
 */
export class Excerpts {
  readonly #source: string;
  readonly #lineStarts: readonly number[];
  #tokens: readonly Token[] | undefined;

  constructor(source: string) {
    this.#source = source;
    this.#lineStarts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  /** Line and column, counted from 1, the latter in UTF-16 code units. */
  positionOf(offset: number): Position {
    const line = this.#lineOf(offset);
    return { line: line + 1, column: offset - (this.#lineStarts[line] ?? 0) + 1 };
  }

  /** The line with the place underlined; undefined where it is too long to be of help. */
  show({ start, end }: Span): string | undefined {
    const line = this.#lineOf(start);
    const from = this.#lineStarts[line] ?? 0;
    const to = (this.#lineStarts[line + 1] ?? this.#source.length + 1) - 1;
    const before = this.#masked(from, start);
    const marked = this.#masked(start, Math.min(end, to));
    const shown = (before + marked + this.#masked(Math.min(end, to), to)).trimEnd();
    if (shown.length > maxColumns || shown === "") return undefined;
    const number = String(line + 1).padStart(5);
    const caret = " ".repeat(Bun.stringWidth(before)) + "^".repeat(Math.max(1, Bun.stringWidth(marked)));
    return `${number} | ${shown}\n${" ".repeat(5)} | ${caret}`;
  }

  #lineOf(offset: number): number {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #masked(from: number, to: number): string {
    this.#tokens ??= readTokens(this.#source).tokens;
    let text = "";
    let at = from;
    for (let index = firstEndingAfter(this.#tokens, from); at < to; index += 1) {
      const token = this.#tokens[index];
      if (token === undefined || token.span.start >= to) break;
      text +=
        this.#between(at, token.span.start) +
        this.#shown(this.#tokens, index, Math.max(at, token.span.start), to);
      at = Math.min(to, Math.max(at, token.span.end));
    }
    return text + this.#between(at, to);
  }

  /** What is no token: space, comments, which may hold an old password, and what could not be read. */
  #between(from: number, to: number): string {
    const text = this.#source.slice(from, to).replace(/\/[/*].*$/s, "");
    return printable(text.replace(/["'`].*$/s, mask));
  }

  #shown(tokens: readonly Token[], index: number, from: number, to: number): string {
    const token = tokens[index] as Token;
    const text = this.#source.slice(from, Math.min(to, token.span.end));
    if (token.type !== "string" || isHarmless(tokens, index)) return printable(text);
    const opens = from === token.span.start ? token.text.slice(0, 1) : "";
    const closes = to >= token.span.end ? token.text.slice(-1) : "";
    return `${opens}${mask}${closes}`;
  }
}

function printable(text: string): string {
  return text.replaceAll("\t", " ").replaceAll(unprintable, "�");
}

function isHarmless(tokens: readonly Token[], index: number): boolean {
  const next = tokens[index + 1]?.type;
  const [before, previous] = [tokens[index - 2], tokens[index - 1]];
  const isVariable = previous?.type === "(" && before?.text === "env";
  return next === "=" || (next === "{" && previous?.type === "identifier") || isVariable;
}

function firstEndingAfter(tokens: readonly Token[], offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.span.end ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
