import type { Token, TokenType } from "./lexer.ts";
import type { SourceProblem } from "./syntax_tree.ts";

/** A mistake in the syntax; the parser catches it at the statement around it. */
export class SyntaxFailure extends Error {
  override readonly name = "SyntaxFailure";
  readonly problem: SourceProblem;

  constructor(problem: SourceProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** How deep blocks and expressions may lie in one another; it keeps walks along the tree off the end of the stack. */
export const maxDepth = 200;

/** The tokens of a source, one after the other. */
export class TokenStream {
  /** Which token is the current one. */
  index = 0;
  readonly #tokens: readonly Token[];
  #depth = 0;

  /** @param tokens end with the token `end`. */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#at(this.index);
  }

  get previous(): Token {
    return this.#at(this.index - 1);
  }

  /** The current token, which is done with; the end stays for ever. */
  take(): Token {
    const token = this.current;
    if (token.type !== "end") this.index += 1;
    return token;
  }

  takeIf(type: TokenType): Token | undefined {
    return this.current.type === type ? this.take() : undefined;
  }

  /** @throws SyntaxFailure where it is another token; `wanted` says what it should be. */
  expect(type: TokenType, wanted: string): Token {
    const token = this.takeIf(type);
    if (token === undefined) throw this.failure(`expected ${wanted}`);
    return token;
  }

  /** Reads something that may hold the like of itself. */
  nested<T>(read: () => T): T {
    this.checkDepth(this.#depth + 1);
    this.#depth += 1;
    try {
      return read();
    } finally {
      this.#depth -= 1;
    }
  }

  /** @throws SyntaxFailure where what is read is too deep. */
  checkDepth(depth: number): void {
    if (depth > maxDepth) throw this.failure(`more than ${maxDepth} things lie in one another`);
  }

  /** A failure at the current token, with what stands there. */
  failure(message: string, fix?: string): SyntaxFailure {
    const { span, type } = this.current;
    const found = message.startsWith("expected") ? `${message}, found ${tokenNames[type] ?? type}` : message;
    return new SyntaxFailure({ span, path: "", message: found, fix });
  }

  #at(index: number): Token {
    const token = this.#tokens[Math.max(0, index)];
    if (token === undefined) throw new RangeError("tokens must close with their end");
    return token;
  }
}

const tokenNames: Partial<Record<TokenType, string>> = {
  identifier: "a name",
  number: "a number",
  float: "a number",
  string: "a string",
  bool: "true or false",
  terminator: "the end of the line",
  end: "the end of the file",
};
