import type { Body, Expression, Field, SourceFile, Statement } from "../../src/convert/syntax_tree.ts";

/** Writes a tree in Alloy's configuration language; every operator's sides in parentheses where they need them. */
export function printSource({ body }: SourceFile): string {
  return printBody(body, "");
}

function printBody({ statements }: Body, indent: string): string {
  return statements.map((statement) => `${indent}${printStatement(statement, indent)}\n`).join("");
}

function printStatement(statement: Statement, indent: string): string {
  if (statement.type === "attribute") return `${statement.name} = ${printExpression(statement.value)}`;
  const label = statement.label === "" ? "" : ` "${statement.label}"`;
  return `${statement.name}${label} {\n${printBody(statement.body, `${indent}\t`)}${indent}}`;
}

/** Writes an expression in one line, unless a raw string in it has more. */
export function printExpression(expression: Expression): string {
  switch (expression.type) {
    case "literal":
      return expression.text;
    case "name":
      return expression.name;
    case "group":
      return `(${printExpression(expression.inner)})`;
    case "array":
      return `[${expression.elements.map(printExpression).join(", ")}]`;
    case "object":
      return `{${expression.fields.map(printField).join(", ")}}`;
    case "access":
      return `${printExpression(expression.value)}.${expression.name}`;
    case "index":
      return `${printExpression(expression.value)}[${printExpression(expression.index)}]`;
    case "call":
      return `${printExpression(expression.callee)}(${expression.args.map(printExpression).join(", ")})`;
    case "unary":
      return `${expression.operator}${printExpression(expression.operand)}`;
    case "binary":
      return `${printExpression(expression.left)} ${expression.operator} ${printExpression(expression.right)}`;
  }
}

function printField({ name, isQuoted, value }: Field): string {
  return `${isQuoted ? `"${name}"` : name} = ${printExpression(value)}`;
}
