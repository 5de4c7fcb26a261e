import type { Position } from "../config/problem.ts";
import { readTokens, type Token, type Tokens } from "./lexer.ts";
import type { Span } from "./syntax_tree.ts";

/** Longer lines tell nothing on a terminal. */
const maxColumns = 160;

const mask = "…";

/** What a terminal would act upon, or what would turn the order of a line around. */
const unprintable = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** A line as it may be shown. */
export interface Excerpt {
  readonly text: string;
  /** Where in `text` the place is, in columns of a terminal, counted from 1, and how far it reaches. */
  readonly column: number;
  readonly length: number;
}

/**
 * Shows places of a source as a person sees them. What is in quotes may be a secret: it is masked, but where it is a
 * label, the name of a field, or that of an environment variable.
 */
export class Excerpts {
  readonly #source: string;
  readonly #lineStarts: readonly number[];
  #read: Tokens | undefined;

  constructor(source: string) {
    this.#source = source;
    this.#lineStarts = [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  /** Line and column, counted from 1, the latter in UTF-16 code units. */
  positionOf(offset: number): Position {
    const line = this.#lineOf(offset);
    return { line: line + 1, column: offset - (this.#lineStarts[line] ?? 0) + 1 };
  }

  /** The line with the place underlined; undefined where it is of no help, or may hold a secret in the open. */
  show({ start, end }: Span): Excerpt | undefined {
    const line = this.#lineOf(start);
    const from = this.#lineStarts[line] ?? 0;
    const lineEnd = (this.#lineStarts[line + 1] ?? this.#source.length + 1) - 1;
    const to = this.#source[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
    const open = this.#openFrom(from, to);
    if (open === undefined) return undefined;
    const before = this.#masked(from, Math.min(start, to), open);
    const marked = this.#masked(Math.min(start, to), Math.min(end, to), open);
    const shown = (before + marked + this.#masked(Math.min(Math.max(start, end), to), to, open)).trimEnd();
    if (shown.length > maxColumns || shown === "") return undefined;
    const length = Math.max(1, Bun.stringWidth(marked));
    return { text: shown, column: Bun.stringWidth(before) + 1, length };
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

  /**
   * From where on a line can't be trusted: where it can't be read, what is a string and what is none may have
   * changed places after its first quote. Without the end of a raw string, that holds for the whole source.
   */
  #openFrom(from: number, to: number): number | undefined {
    const { problems, tokens } = this.#tokens();
    if (problems.some(({ span }) => this.#source[span.start] === "`")) return undefined;
    const isUnread = problems.some(({ span }) => span.start >= from && span.start <= to);
    if (!isUnread && !hasCutString(tokens, from, to)) return to;
    const quote = this.#source.slice(from, to).search(/["'`]/);
    return quote < 0 ? to : from + quote;
  }

  #tokens(): Tokens {
    this.#read ??= readTokens(this.#source);
    return this.#read;
  }

  #masked(from: number, to: number, open: number): string {
    if (from >= open) return from < to ? mask : "";
    if (to > open) return this.#masked(from, open, open) + mask;
    const { tokens } = this.#tokens();
    let text = "";
    let at = from;
    for (let index = firstEndingAfter(tokens, from); at < to; index += 1) {
      const token = tokens[index];
      if (token === undefined || token.span.start >= to) break;
      const start = Math.max(at, token.span.start);
      text += this.#between(at, start) + this.#shown(tokens, index, start, to);
      at = Math.min(to, Math.max(at, token.span.end));
    }
    return text + this.#between(at, to);
  }

  /** What is no token: space, characters without a meaning, and comments, which may hold an old password. */
  #between(from: number, to: number): string {
    return printable(this.#source.slice(from, to).replace(/\/[/*].*$/s, ""));
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
  const [before, previous, next] = [tokens[index - 2], tokens[index - 1], tokens[index + 1]];
  if (previous?.type === "(") return before?.text === "env";
  if (next?.type === "=") return /^(?:\{|,|terminator)$/.test(previous?.type ?? "");
  return next?.type === "{" && isBlockName(tokens, index - 1);
}

/** Whether the names that end here, with dots between them, begin a statement. */
function isBlockName(tokens: readonly Token[], last: number): boolean {
  let index = last;
  while (tokens[index]?.type === "identifier" && tokens[index - 1]?.type === ".") index -= 2;
  const before = tokens[index - 1]?.type ?? "terminator";
  return tokens[index]?.type === "identifier" && /^(?:\{|terminator)$/.test(before);
}

/** Whether a string and a word have nothing between them: as where one holds a quote without a backslash. */
function hasCutString(tokens: readonly Token[], from: number, to: number): boolean {
  for (let index = firstEndingAfter(tokens, from); (tokens[index]?.span.start ?? to) < to; index += 1) {
    const [one, other] = [tokens[index], tokens[index + 1]];
    const isTouching = one !== undefined && one.span.end === other?.span.start;
    const isString = one?.type === "string" || other?.type === "string";
    if (isTouching && isString && isWord(one) && isWord(other)) return true;
  }
  return false;
}

function isWord({ type }: Token): boolean {
  return /^(?:identifier|number|float|string|bool|null)$/.test(type);
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
