import type { TokenType } from "./lexer.ts";
import type { BinaryOperator, Expression, Field, Span } from "./syntax_tree.ts";
import type { TokenStream } from "./token_stream.ts";

/** How tightly an operator binds (https://grafana.com/docs/alloy/latest/get-started/expressions/operators/). */
const precedences: Readonly<Record<Exclude<BinaryOperator, "^">, number>> = {
  "||": 1,
  "&&": 2,
  "==": 3,
  "!=": 3,
  "<": 3,
  "<=": 3,
  ">": 3,
  ">=": 3,
  "+": 4,
  "-": 4,
  "*": 5,
  "/": 5,
  "%": 5,
};

/** Reads expressions, by recursive descent. */
export class ExpressionParser {
  readonly #tokens: TokenStream;
  readonly #depths = new WeakMap<Expression, number>();

  constructor(tokens: TokenStream) {
    this.#tokens = tokens;
  }

  /** @throws SyntaxFailure */
  parse(): Expression {
    return this.#tokens.nested(() => this.#parseBinary(1));
  }

  /** Operators that bind at least as tightly as `least`, from left to right. */
  #parseBinary(least: number): Expression {
    let left = this.#parsePower();
    for (;;) {
      const operator = this.#tokens.current.type;
      if (!isLeftOperator(operator) || precedences[operator] < least) return left;
      this.#tokens.take();
      const right = this.#parseBinary(precedences[operator] + 1);
      const span = around(left, right);
      left = this.#measured({ type: "binary", operator, left, right, span }, [left, right]);
    }
  }

  /** `^` goes from right to left. */
  #parsePower(): Expression {
    const left = this.#parseUnary();
    if (this.#tokens.takeIf("^") === undefined) return left;
    const right = this.#tokens.nested(() => this.#parsePower());
    const span = around(left, right);
    return this.#measured({ type: "binary", operator: "^", left, right, span }, [left, right]);
  }

  #parseUnary(): Expression {
    const { type: operator, span } = this.#tokens.current;
    if (operator !== "!" && operator !== "-") return this.#parsePostfix();
    this.#tokens.take();
    const operand = this.#tokens.nested(() => this.#parseUnary());
    const whole = { start: span.start, end: operand.span.end };
    return this.#measured({ type: "unary", operator, operand, span: whole }, [operand]);
  }

  #parsePostfix(): Expression {
    let value = this.#parsePrimary();
    for (;;) {
      const { start } = value.span;
      const inner = value;
      switch (this.#tokens.current.type) {
        case ".": {
          this.#tokens.take();
          const name = this.#tokens.expect("identifier", "a name after the dot");
          const span = { start, end: name.span.end };
          value = this.#measured({ type: "access", value: inner, name: name.text, span }, [inner]);
          break;
        }
        case "[": {
          this.#tokens.take();
          const index = this.parse();
          const span = { start, end: this.#tokens.expect("]", "] after the index").span.end };
          value = this.#measured({ type: "index", value: inner, index, span }, [inner, index]);
          break;
        }
        case "(": {
          this.#tokens.take();
          const args = this.#parseList(")", () => this.parse());
          const span = { start, end: this.#tokens.expect(")", ") after the arguments").span.end };
          value = this.#measured({ type: "call", callee: inner, args, span }, [inner, ...args]);
          break;
        }
        default:
          return value;
      }
    }
  }

  #parsePrimary(): Expression {
    const token = this.#tokens.current;
    const { type, text, span } = token;
    switch (type) {
      case "identifier":
        this.#tokens.take();
        return { type: "name", name: text, span };
      case "number":
      case "float":
      case "string":
      case "bool":
      case "null":
        this.#tokens.take();
        return { type: "literal", kind: type, text, span };
      case "(":
        return this.#parseGroup();
      case "[": {
        this.#tokens.take();
        const elements = this.#parseList("]", () => this.parse());
        const whole = this.#closed(span, "]");
        return this.#measured({ type: "array", elements, span: whole }, elements);
      }
      case "{": {
        this.#tokens.take();
        const fields = this.#parseList("}", () => this.#parseField());
        const values = fields.map(({ value }) => value);
        return this.#measured({ type: "object", fields, span: this.#closed(span, "}") }, values);
      }
      default:
        throw this.#tokens.failure("expected a value");
    }
  }

  #parseGroup(): Expression {
    const { span } = this.#tokens.take();
    const inner = this.parse();
    return this.#measured({ type: "group", inner, span: this.#closed(span, ")") }, [inner]);
  }

  #closed({ start }: Span, type: TokenType): Span {
    return { start, end: this.#tokens.expect(type, `${type} or a comma`).span.end };
  }

  /** Values with commas between them, and one after the last where it is wanted. */
  #parseList<T>(until: TokenType, read: () => T): T[] {
    const items: T[] = [];
    while (this.#tokens.current.type !== until) {
      items.push(read());
      if (this.#tokens.takeIf(",") !== undefined) continue;
      if (this.#tokens.current.type === "terminator") {
        throw this.#tokens.failure(
          "expected a comma",
          "put one after each value of a list that has several lines",
        );
      }
      break;
    }
    return items;
  }

  #parseField(): Field {
    const { type, text, span } = this.#tokens.current;
    if (type !== "identifier" && type !== "string")
      throw this.#tokens.failure("expected the name of a field");
    this.#tokens.take();
    this.#tokens.expect("=", "= after the field's name");
    const value = this.parse();
    const isQuoted = type === "string" && text.length > 2;
    const name = isQuoted ? text.slice(1, -1) : text;
    return { name, isQuoted, value, span: { start: span.start, end: value.span.end } };
  }

  // Operators in a row make a tree as deep as the row is long, though no call of the parser is.
  #measured<T extends Expression>(expression: T, parts: readonly Expression[]): T {
    const depth = 1 + parts.reduce((most, part) => Math.max(most, this.#depths.get(part) ?? 1), 0);
    this.#tokens.checkDepth(depth);
    this.#depths.set(expression, depth);
    return expression;
  }
}

function isLeftOperator(type: TokenType): type is keyof typeof precedences {
  return Object.hasOwn(precedences, type);
}

function around(left: Expression, right: Expression): Span {
  return { start: left.span.start, end: right.span.end };
}
