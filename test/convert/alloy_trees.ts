import fc from "fast-check";
import type { Expression, SourceFile, Statement } from "../../src/convert/syntax_tree.ts";
import { anyText } from "../base/any_text.ts";

/** The trees that are made have no places. */
const span = { start: 0, end: 0 };

const name = fc
  .stringMatching(/^[a-zA-Z_é][a-zA-Z0-9_ü]{0,6}$/)
  .filter((word) => !["true", "false", "null"].includes(word));

const literal: fc.Arbitrary<Expression> = fc
  .oneof(
    fc.nat().map((value) => ["number", String(value)] as const),
    fc.constantFrom("1.5", ".5", "1.", "1e3", "2.5E-3", "07e1").map((text) => ["float", text] as const),
    fc.constantFrom("true", "false").map((text) => ["bool", text] as const),
    fc.constant(["null", "null"] as const),
    fc.string({ unit: "grapheme" }).map((text) => ["string", quoted(text)] as const),
    fc.string().map((text) => ["string", `\`${text.replaceAll("`", "")}\``] as const),
  )
  .map(([kind, text]) => ({ type: "literal", kind, text, span }));

/** As Alloy's strings have it, where JSON has what they don't. */
export function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll("\\/", "/");
}

const unary = fc.constantFrom("!" as const, "-" as const);

const precedence = [
  ["||"],
  ["&&"],
  ["==", "!=", "<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "%"],
  ["^"],
] as const;
const operators = precedence.flat();

/** Whatever may stand beside an operator without parentheses. */
const { expression } = fc.letrec<{ expression: Expression; operand: Expression; operation: Expression }>(
  (tie) => ({
    operand: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      literal,
      name.map((text): Expression => ({ type: "name", name: text, span })),
      tie("expression").map((inner): Expression => ({ type: "group", inner, span })),
      fc
        .array(tie("expression"), { maxLength: 3 })
        .map((elements): Expression => ({ type: "array", elements, span })),
      fc.array(fc.tuple(name, fc.boolean(), tie("expression")), { maxLength: 3 }).map(
        (fields): Expression => ({
          type: "object",
          fields: fields.map(([key, isQuoted, value]) => ({ name: key, isQuoted, value, span })),
          span,
        }),
      ),
      fc.tuple(name, name).map(
        ([value, key]): Expression => ({
          type: "access",
          value: { type: "name", name: value, span },
          name: key,
          span,
        }),
      ),
      fc.tuple(name, tie("expression")).map(
        ([value, index]): Expression => ({
          type: "index",
          value: { type: "name", name: value, span },
          index,
          span,
        }),
      ),
      fc.tuple(name, fc.array(tie("expression"), { maxLength: 3 })).map(
        ([callee, args]): Expression => ({
          type: "call",
          callee: { type: "name", name: callee, span },
          args,
          span,
        }),
      ),
    ),
    operation: fc.oneof(
      fc
        .tuple(unary, tie("operand"))
        .map(([operator, operand]): Expression => ({ type: "unary", operator, operand, span })),
      fc
        .tuple(
          tie("operand"),
          fc.array(fc.tuple(fc.constantFrom(...operators), tie("operand")), { maxLength: 4 }),
        )
        .map(([first, rest]) =>
          tree(
            [first, ...rest.map(([, operand]) => operand)],
            rest.map(([operator]) => operator),
          ),
        ),
    ),
    expression: fc.oneof(tie("operand"), tie("operation")),
  }),
);

/** Operands and the operators between them, bound as Alloy's documentation says. */
function tree(operands: readonly Expression[], between: readonly (typeof operators)[number][]): Expression {
  const [only] = operands;
  if (only !== undefined && operands.length === 1) return only;
  const level = precedence.findIndex((group) =>
    between.some((operator) => group.includes(operator as never)),
  );
  const isLoosest = (operator: string) => (precedence[level] as readonly string[]).includes(operator);
  // Of equal operators the last one binds least, but of powers the first.
  const at =
    level === precedence.length - 1 ? between.findIndex(isLoosest) : between.findLastIndex(isLoosest);
  return {
    type: "binary",
    operator: between[at] as (typeof operators)[number],
    left: tree(operands.slice(0, at + 1), between.slice(0, at)),
    right: tree(operands.slice(at + 1), between.slice(at + 1)),
    span,
  };
}

const { statement } = fc.letrec<{ statement: Statement }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 3 },
    fc
      .tuple(name, expression)
      .map(([key, value]): Statement => ({ type: "attribute", name: key, nameSpan: span, value, span })),
    fc
      .tuple(
        fc.array(name, { minLength: 1, maxLength: 3 }),
        fc.option(name),
        fc.array(tie("statement"), { maxLength: 3 }),
      )
      .map(
        ([names, label, statements]): Statement => ({
          type: "block",
          name: names.join("."),
          nameSpan: span,
          label: label ?? "",
          body: { statements, span },
          span,
        }),
      ),
  ),
}));

/** Whole files. */
export const sourceFiles: fc.Arbitrary<SourceFile> = fc
  .array(statement, { maxLength: 4 })
  .map((statements) => ({ body: { statements, span }, comments: [] }));

/** Text that looks like the language, and mostly is not. */
export const nearlySource: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          "a",
          "b.c",
          '"label"',
          "{",
          "}",
          "[",
          "]",
          "(",
          ")",
          "=",
          ",",
          ".",
          "\n",
          " ",
          "1",
          "1.5e",
          "true",
          "null",
        ],
        ...[
          "//",
          "/*",
          "*/",
          '"',
          "`",
          "'",
          "\\",
          "\\x",
          "\\u12",
          "!",
          "-",
          "+",
          "^",
          "&&",
          "|",
          "&",
          "<=",
          "\r\n",
        ],
      ),
      anyText({ maxLength: 3 }),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(""));

/** The same tree without its places. */
export function withoutSpans<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (key, one) => (/[sS]pan$/.test(key) ? undefined : one)));
}
