/** A stretch of the source: offsets in UTF-16 code units, the end not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is wrong, or can't be turned, and where. */
export interface SourceProblem {
  readonly span: Span;
  /** The argument that is meant, `pyroscope.write.a.endpoint.url`; empty where none is. */
  readonly path: string;
  readonly message: string;
  /** What to do about it, where that is known: a sentence that begins with a verb; no secret. */
  readonly fix?: string | undefined;
}

/** A comment as it was written, with its slashes. */
export interface Comment {
  readonly text: string;
  readonly span: Span;
}

/** The operators that stand before a value. */
export type UnaryOperator = "!" | "-";

/** The operators that stand between two values. */
export type BinaryOperator =
  | "||"
  | "&&"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "^";

/** A literal that is neither an array nor an object; `text` is as it was written, quotes included. */
export interface Literal {
  readonly type: "literal";
  readonly kind: "number" | "float" | "string" | "bool" | "null";
  readonly text: string;
  readonly span: Span;
}

/** `{ name = value }`, one of its fields. The language reads no escapes in a quoted name. */
export interface Field {
  readonly name: string;
  readonly isQuoted: boolean;
  readonly value: Expression;
  readonly span: Span;
}

/** A call; its callee may be any expression. */
export interface Call {
  readonly type: "call";
  readonly callee: Expression;
  readonly args: readonly Expression[];
  readonly span: Span;
}

/** An expression of Alloy's configuration language. */
export type Expression =
  | Literal
  | Call
  | { readonly type: "name"; readonly name: string; readonly span: Span }
  | { readonly type: "array"; readonly elements: readonly Expression[]; readonly span: Span }
  | { readonly type: "object"; readonly fields: readonly Field[]; readonly span: Span }
  | { readonly type: "group"; readonly inner: Expression; readonly span: Span }
  | { readonly type: "access"; readonly value: Expression; readonly name: string; readonly span: Span }
  | { readonly type: "index"; readonly value: Expression; readonly index: Expression; readonly span: Span }
  | {
      readonly type: "unary";
      readonly operator: UnaryOperator;
      readonly operand: Expression;
      readonly span: Span;
    }
  | {
      readonly type: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly span: Span;
    };

/** `name = value`. */
export interface Attribute {
  readonly type: "attribute";
  readonly name: string;
  readonly nameSpan: Span;
  readonly value: Expression;
  readonly span: Span;
}

/** `name "label" { … }`. */
export interface Block {
  readonly type: "block";
  /** With its dots. */
  readonly name: string;
  readonly nameSpan: Span;
  /** Empty where there is none. */
  readonly label: string;
  readonly body: Body;
  readonly span: Span;
}

/** One statement. */
export type Statement = Attribute | Block;

/** What stands between the braces of a block, or in a whole file. */
export interface Body {
  readonly statements: readonly Statement[];
  /** Without the braces. */
  readonly span: Span;
}

/** A whole file. */
export interface SourceFile {
  readonly body: Body;
  /** In their order. */
  readonly comments: readonly Comment[];
}
