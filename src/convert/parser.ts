import { ExpressionParser } from "./expression_parser.ts";
import { readTokens, type Token, type TokenType } from "./lexer.ts";
import type { Attribute, Block, Body, SourceFile, SourceProblem, Span, Statement } from "./syntax_tree.ts";
import { SyntaxFailure, TokenStream } from "./token_stream.ts";

/** A file that was read, or everything that is wrong with its syntax. */
export type ParsedSource =
  | { readonly ok: true; readonly file: SourceFile }
  | { readonly ok: false; readonly problems: readonly SourceProblem[] };

/** The longest source that is read, in UTF-16 code units: a hundred times what a large configuration has. */
export const maxSourceLength = 4 * 1024 * 1024;

/** Reads Alloy's configuration language. Never throws. */
export function parseSource(source: string): ParsedSource {
  if (source.length > maxSourceLength) {
    const message = `it is longer than ${maxSourceLength} characters, which no configuration is`;
    return { ok: false, problems: [{ span: { start: 0, end: 1 }, path: "", message }] };
  }
  const { tokens, comments, problems } = readTokens(source);
  // What follows a string without an end is not what was meant.
  if (problems.length > 0) return { ok: false, problems };
  const parser = new Parser(new TokenStream(tokens));
  const body = parser.parseFile();
  return parser.problems.length > 0
    ? { ok: false, problems: parser.problems }
    : { ok: true, file: { body, comments } };
}

class Parser {
  readonly problems: SourceProblem[] = [];
  readonly #tokens: TokenStream;
  readonly #expressions: ExpressionParser;

  constructor(tokens: TokenStream) {
    this.#tokens = tokens;
    this.#expressions = new ExpressionParser(tokens);
  }

  parseFile(): Body {
    const statements: Statement[] = [];
    while (this.#tokens.current.type !== "end") {
      statements.push(...this.#parseStatements("end"));
      const extra = this.#tokens.current;
      if (extra.type === "end") break;
      this.#report(extra.span, "there is no block that this could close");
      this.#tokens.take();
      this.#tokens.takeIf("terminator");
    }
    return { statements, span: { start: 0, end: this.#tokens.current.span.end } };
  }

  /** Statements up to the token that ends them, which stays. What is wrong with one does not hide the others. */
  #parseStatements(until: TokenType): Statement[] {
    const statements: Statement[] = [];
    while (!this.#isAt(until, "end", "}")) {
      const start = this.#tokens.index;
      try {
        statements.push(this.#tokens.nested(() => this.#parseStatement()));
        if (!this.#isAt(until, "end")) this.#expectLineEnd();
      } catch (thrown) {
        if (!(thrown instanceof SyntaxFailure)) throw thrown;
        this.problems.push(thrown.problem);
        this.#skipStatement(start);
      }
    }
    return statements;
  }

  #expectLineEnd(): void {
    const token = this.#tokens.current;
    if (token.type === "terminator") this.#tokens.take();
    else throw this.#tokens.failure("expected the end of the line", "give each statement a line of its own");
  }

  #parseStatement(): Statement {
    const first = this.#tokens.expect("identifier", "the name of an argument or a block");
    const names = [first.text];
    while (this.#tokens.takeIf(".") !== undefined) {
      names.push(this.#tokens.expect("identifier", "a name after the dot").text);
    }
    const name = names.join(".");
    const nameSpan = { start: first.span.start, end: this.#tokens.previous.span.end };
    const label = this.#tokens.takeIf("string");
    if (this.#tokens.current.type === "=") return this.#parseAttribute(name, nameSpan, label);
    return this.#parseBlock(name, nameSpan, label);
  }

  #parseAttribute(name: string, nameSpan: Span, label: Token | undefined): Attribute {
    if (name.includes(".")) this.#report(nameSpan, "the name of an argument has no dots");
    if (label !== undefined) this.#report(label.span, "an argument has no label");
    this.#tokens.take();
    const value = this.#expressions.parse();
    return { type: "attribute", name, nameSpan, value, span: { start: nameSpan.start, end: value.span.end } };
  }

  #parseBlock(name: string, nameSpan: Span, label: Token | undefined): Block {
    const { current } = this.#tokens;
    if (current.type !== "{") {
      const isBare = label === undefined && !name.includes(".");
      throw this.#tokens.failure(`expected ${isBare ? "= and a value, or " : ""}a block in braces`);
    }
    if (label !== undefined) this.#checkLabel(label);
    this.#tokens.take();
    const start = current.span.end;
    const statements = this.#parseStatements("}");
    const closing = this.#tokens.expect("}", "} at the end of the block");
    const body = { statements, span: { start, end: closing.span.start } };
    const span = { start: nameSpan.start, end: closing.span.end };
    return { type: "block", name, nameSpan, label: label?.text.slice(1, -1) ?? "", body, span };
  }

  /** Goes on after the end of the line that ends the statement, or at the end of the block around it. */
  #skipStatement(start: number): void {
    this.#tokens.index = start;
    let depth = 0;
    while (!this.#isAt("end")) {
      const { type } = this.#tokens.current;
      if (type === "terminator" && depth === 0) {
        this.#tokens.take();
        return;
      }
      if (type === "}" && depth === 0) return;
      if (type === "{" || type === "(" || type === "[") depth += 1;
      if (type === "}" || type === ")" || type === "]") depth = Math.max(0, depth - 1);
      this.#tokens.take();
    }
  }

  #isAt(...types: readonly TokenType[]): boolean {
    return types.includes(this.#tokens.current.type);
  }

  #checkLabel({ text, span }: Token): void {
    if (!text.startsWith('"')) this.#report(span, "a label stands in double quotes");
    else if (text !== '""' && !/^"[\p{L}_][\p{L}\p{Nd}_]*"$/u.test(text)) {
      this.#report(span, "a label holds only letters, digits and _, and begins with no digit");
    }
  }

  #report(span: Span, message: string): void {
    this.problems.push({ span, path: "", message });
  }
}
