import { parseStringLiteral } from "./string_literal.ts";
import type { Comment, SourceProblem, Span } from "./syntax_tree.ts";

/** Operators and brackets, the longer ones first. */
const symbols = [
  ...["||", "&&", "!=", "==", "<=", ">="],
  ...["!", "=", "<", ">", "+", "-", "*", "/", "%", "^", "{", "}", "(", ")", "[", "]", ",", "."],
] as const;

/** A kind of token: a symbol stands for itself. */
export type TokenType =
  | (typeof symbols)[number]
  | "identifier"
  | "number"
  | "float"
  | "string"
  | "bool"
  | "null"
  | "terminator"
  | "end";

/** A token; `text` is as it was written. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly span: Span;
}

/** A source cut into tokens, the last of which is its end. */
export interface Tokens {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly problems: readonly SourceProblem[];
}

/** After these the end of a line ends a statement, as in Go (https://go.dev/ref/spec#Semicolons). */
const endsStatement: ReadonlySet<TokenType> = new Set([
  ...(["identifier", "number", "float", "string", "bool", "null", "}", ")", "]"] as const),
]);

/** More than these help nobody, and a file that is none of Alloy's has one in every line. */
const maxProblems = 50;

const identifier = /[\p{L}_][\p{L}\p{Nd}_]*/uy;
const number = /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]*)?/y;

/** Cuts a source into tokens, by the rules of Alloy's scanner. */
export function readTokens(source: string): Tokens {
  const lexer = new Lexer(source);
  lexer.read();
  return lexer;
}

class Lexer implements Tokens {
  readonly tokens: Token[] = [];
  readonly comments: Comment[] = [];
  readonly problems: SourceProblem[] = [];
  readonly #source: string;
  #at = 0;
  /** Whether the next end of a line is a terminator. */
  #endsAtLine = false;

  constructor(source: string) {
    this.#source = source;
    // A byte order mark is allowed at the very beginning.
    if (source.startsWith("\ufeff")) this.#at = 1;
  }

  read(): void {
    while (this.#at < this.#source.length && this.problems.length < maxProblems) this.#readNext();
    if (this.#endsAtLine) this.#push("terminator", this.#at);
    this.#push("end", this.#at);
  }

  #readNext(): void {
    const start = this.#at;
    const character = this.#source[start] ?? "";
    if (character === "\n") {
      this.#at += 1;
      if (this.#endsAtLine) this.#push("terminator", start);
    } else if (character === " " || character === "\t" || character === "\r") {
      this.#at += 1;
    } else if (character === "/" && /[/*]/.test(this.#source[start + 1] ?? "")) {
      this.#readComment();
    } else if (character === '"' || character === "'") {
      this.#readQuoted(character);
    } else if (character === "`") {
      this.#readRaw();
    } else {
      this.#readWord();
    }
  }

  #readWord(): void {
    const start = this.#at;
    const word = this.#match(identifier);
    if (word !== undefined) {
      this.#push(wordType(word), start);
      return;
    }
    const digits = this.#match(number);
    if (digits !== undefined) {
      if (/[eE][+-]?$/.test(digits)) this.#report(start, "the exponent has no digits");
      this.#push(/[.eE]/.test(digits) ? "float" : "number", start);
      return;
    }
    const symbol = symbols.find((one) => this.#source.startsWith(one, start));
    const [character = ""] = this.#source.slice(start, start + 2);
    this.#at += symbol?.length ?? character.length;
    if (symbol !== undefined) this.#push(symbol, start);
    else this.#report(start, `the character ${nameOf(character)} has no meaning here`);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #readQuoted(quote: string): void {
    const start = this.#at;
    this.#at += 1;
    while (this.#at < this.#source.length && this.#source[this.#at] !== "\n") {
      const character = this.#source[this.#at];
      if (character === quote) {
        this.#at += 1;
        this.#pushString(start, quote);
        return;
      }
      const isEscape = character === "\\" && this.#source[this.#at + 1] !== "\n";
      this.#at += isEscape ? 2 : 1;
    }
    this.#at = Math.min(this.#at, this.#source.length);
    this.#report(start, "the string has no closing quote in its line");
  }

  #pushString(start: number, quote: string): void {
    if (quote === "'") {
      this.#report(start, "a string stands in double quotes");
      return;
    }
    const literal = parseStringLiteral(this.#source.slice(start, this.#at));
    if (!literal.ok) this.#report(start + literal.offset, literal.message);
    this.#push("string", start);
  }

  #readRaw(): void {
    const start = this.#at;
    const closing = this.#source.indexOf("`", start + 1);
    this.#at = closing < 0 ? this.#source.length : closing + 1;
    if (closing < 0) this.#report(start, "the raw string has no closing backtick");
    else this.#push("string", start);
  }

  #readComment(): void {
    const start = this.#at;
    if (this.#endsAtLine && this.#reachesLineEnd(start)) this.#push("terminator", start);
    this.#at = this.#commentEnd(start);
    const text = this.#source.slice(start, this.#at);
    if (text.startsWith("/*") && (text.length < 4 || !text.endsWith("*/"))) {
      this.#report(start, "the comment has no */ at its end");
    }
    this.#endsAtLine = false;
    this.comments.push({ text: text.replaceAll("\r", ""), span: { start, end: this.#at } });
  }

  #commentEnd(start: number): number {
    const isBlock = this.#source[start + 1] === "*";
    const end = this.#source.indexOf(isBlock ? "*/" : "\n", start + 2);
    if (end < 0) return this.#source.length;
    return isBlock ? end + 2 : end;
  }

  /** Whether nothing but comments stands from here to the end of a line. */
  #reachesLineEnd(start: number): boolean {
    let at = start;
    while (/^\/[/*]/.test(this.#source.slice(at, at + 2))) {
      const end = this.#commentEnd(at);
      if (this.#source[at + 1] === "/" || this.#source.slice(at, end).includes("\n")) return true;
      at = end;
      while (/[ \t\r]/.test(this.#source[at] ?? "")) at += 1;
    }
    return at >= this.#source.length || this.#source[at] === "\n";
  }

  #push(type: TokenType, start: number): void {
    const end = type === "terminator" ? start : this.#at;
    this.tokens.push({ type, text: this.#source.slice(start, end), span: { start, end } });
    this.#endsAtLine = endsStatement.has(type);
  }

  #report(start: number, message: string): void {
    const span = { start, end: Math.max(this.#at, start + 1) };
    this.problems.push({ span, path: "", message });
  }
}

function wordType(word: string): TokenType {
  if (word === "true" || word === "false") return "bool";
  return word === "null" ? "null" : "identifier";
}

function nameOf(character: string): string {
  if (/^[\x21-\x7e]$/.test(character)) return character;
  const point = character.codePointAt(0) ?? 0;
  return `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}
