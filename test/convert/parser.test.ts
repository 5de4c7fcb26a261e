import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { maxSourceLength, parseSource } from "../../src/convert/parser.ts";
import type { Expression } from "../../src/convert/syntax_tree.ts";
import { anyText } from "../base/any_text.ts";
import { printExpression, printSource } from "./alloy_source.ts";
import { nearlySource, sourceFiles, withoutSpans } from "./alloy_trees.ts";

function problemsOf(source: string): string[] {
  const parsed = parseSource(source);
  if (parsed.ok) return [];
  return parsed.problems.map(({ span, message }) => `${span.start}-${span.end}: ${message}`);
}

/** The expression with parentheses around every operation. */
function bound(source: string): string {
  const parsed = parseSource(`a = ${source}`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const [statement] = parsed.file.body.statements;
  if (statement?.type !== "attribute") throw new Error("no attribute");
  return inParentheses(statement.value);
}

function inParentheses(expression: Expression): string {
  if (expression.type === "unary") return `(${expression.operator}${inParentheses(expression.operand)})`;
  if (expression.type !== "binary") return printExpression(expression);
  return `(${inParentheses(expression.left)} ${expression.operator} ${inParentheses(expression.right)})`;
}

describe("any tree", () => {
  test("is what is read from its print", () => {
    fc.assert(
      fc.property(sourceFiles, (file) => {
        const parsed = parseSource(printSource(file));
        expect(parsed.ok ? withoutSpans(parsed.file) : parsed.problems).toEqual(withoutSpans(file));
      }),
      { numRuns: 300 },
    );
  });

  test("is read the same with comments and Windows' line ends", () => {
    fc.assert(
      fc.property(sourceFiles, (file) => {
        const source = printSource(file);
        // There, what is added would not stand between tokens.
        fc.pre(!/[`\\]/.test(source));
        const added = source.replaceAll("{\n", "{ // opens\r\n").replaceAll("}\n", "} /* closes */\r\n");
        const plain = parseSource(source);
        const commented = parseSource(`/* head\n */ ${added}// tail`);
        const statements = (parsed: typeof plain) => parsed.ok && withoutSpans(parsed.file.body);
        expect(statements(commented)).toEqual(statements(plain));
      }),
    );
  });
});

test("any text is read or refused, with places that lie in it", () => {
  fc.assert(
    fc.property(fc.oneof(nearlySource, anyText()), (source) => {
      const parsed = parseSource(source);
      const problems = parsed.ok ? [] : parsed.problems;
      expect(parsed.ok).toBe(problems.length === 0);
      for (const { span, message } of problems) {
        expect(message).not.toBe("");
        expect(span.start).toBeWithin(0, source.length + 1);
        expect(span.end).toBeGreaterThanOrEqual(span.start);
      }
    }),
    { numRuns: 2000 },
  );
});

describe("operators", () => {
  test.each([
    ["1 + 2 * 3", "(1 + (2 * 3))"],
    ["1 * 2 + 3", "((1 * 2) + 3)"],
    ["1 - 2 - 3", "((1 - 2) - 3)"],
    ["2 ^ 3 ^ 2", "(2 ^ (3 ^ 2))"],
    ["-2 ^ 2", "((-2) ^ 2)"],
    ["!a && b || c", "(((!a) && b) || c)"],
    ["a || b && c == d < e", "(a || (b && ((c == d) < e)))"],
    ["--1", "(-(-1))"],
    ["-a.b", "(-a.b)"],
  ])("%s is %s", (source, result) => {
    expect(bound(source)).toBe(result);
  });
});

describe("what is no problem", () => {
  test.each([
    "",
    "\ufeffa = 1",
    "a = 1 // the end",
    "a { }",
    'a.b.c "l" { d = 1 }',
    "a = [\n1,\n2,\n]",
    'a = {\n\tb = 1,\n\t"c-d" = 2,\n}',
    "a = 1 +\n2",
    "a = f(\n1,\n)",
    "a = `x\ny`",
    "a = [1, /* two */ 2]",
    'a = "\\u00e9\\x41\\101\\\'"',
    "/* only */ // comments",
    "é = 1",
  ])("%j", (source) => {
    expect(problemsOf(source)).toEqual([]);
  });
});

describe("what is wrong, and where", () => {
  test.each<[string, readonly string[]]>([
    ["a", ["1-1: expected = and a value, or a block in braces, found the end of the line"]],
    ["a.b = 1", ["0-3: the name of an argument has no dots"]],
    ['a "b" = 1', ["2-5: an argument has no label"]],
    ["a = ", ["4-4: expected a value, found the end of the file"]],
    ["a = 1 b = 2", ["6-7: expected the end of the line, found a name"]],
    ["a = [1\n]", ["6-6: expected a comma, found the end of the line"]],
    ["a = [1 2]", ["7-8: expected ] or a comma, found a number"]],
    ["a = {1 = 2}", ["5-6: expected the name of a field, found a number"]],
    ["a = {b: 1}", ["6-7: the character : has no meaning here"]],
    ["a = {b 1}", ["7-8: expected = after the field's name, found a number"]],
    ["a = 'x'", ["4-7: a string stands in double quotes"]],
    ['a = "x\n', ["4-6: the string has no closing quote in its line"]],
    ["a = `x", ["4-6: the raw string has no closing backtick"]],
    ['a = "\\q"', ["5-8: the escape after the backslash is not known"]],
    ['a = "\\ud800"', ["5-12: the escape after the backslash is not known"]],
    ['a = "\\xff"', ["4-10: the escapes of bytes make no valid UTF-8"]],
    ["/* a", ["0-4: the comment has no */ at its end"]],
    ["/*/", ["0-3: the comment has no */ at its end"]],
    ["a = 1e", ["4-6: the exponent has no digits"]],
    ["a = 1 | 2", ["6-7: the character | has no meaning here"]],
    ["a = §", ["4-5: the character U+00A7 has no meaning here"]],
    ["}", ["0-1: there is no block that this could close"]],
    ["a {", ["3-3: expected } at the end of the block, found the end of the file"]],
    ['a "b-c" {}', ["2-7: a label holds only letters, digits and _, and begins with no digit"]],
    ["a `b` {}", ["2-5: a label stands in double quotes"]],
    ["a = b.1", ["5-7: expected the end of the line, found a number"]],
    ["a = b.", ["6-6: expected a name after the dot, found the end of the file"]],
    ["a { b = }\nc = [}\nd = 1", ["8-9: expected a value, found }", "15-16: expected a value, found }"]],
  ])("%j", (source, problems) => {
    expect(problemsOf(source)).toEqual([...problems]);
  });

  test("is told of all statements at once", () => {
    expect(problemsOf("a = \nb = 2\nc {\n  d = +\n  e = 1\n  f = ]\n}\ng 1\n")).toHaveLength(4);
  });
});

describe("limits", () => {
  test.each([
    ["parentheses", `a = ${"(".repeat(20_000)}`],
    ["arrays", `a = ${"[".repeat(20_000)}`],
    ["blocks", "a {\n".repeat(2_000)],
    ["negations", `a = ${"!".repeat(20_000)}b`],
    ["powers", `a = ${"1^".repeat(20_000)}1`],
    ["operators in a row", `a = ${"1+".repeat(20_000)}1`],
    ["names in a row", `a = b${".c".repeat(20_000)}`],
  ])("no stack is deep enough for %s", (_, source) => {
    expect(problemsOf(source)[0]).toContain("more than 200 things lie in one another");
  });

  test("a file without end", () => {
    expect(problemsOf(" ".repeat(maxSourceLength))).toEqual([]);
    expect(problemsOf(" ".repeat(maxSourceLength + 1))).toEqual([
      expect.stringContaining("it is longer than"),
    ]);
  });

  test("problems of a file that is something else", () => {
    expect(problemsOf("§\n".repeat(10_000))).toHaveLength(50);
  });

  test("comments in a row take no more than their length", () => {
    const comments = "/**/".repeat(100_000);
    expect(problemsOf(`a = 1 ${comments}`)).toEqual([]);
  });
});
