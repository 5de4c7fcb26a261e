import { binaryValue, numberValue, unaryValue } from "./arithmetic.ts";
import { standardLibrary, unsupportedFunctions } from "./standard_library.ts";
import { parseStringLiteral } from "./string_literal.ts";
import type { Call, Expression, Literal, Span } from "./syntax_tree.ts";
import { unknownReference } from "./unknown_reference.ts";
import { describe, knownText, TextTooLong, Untranslatable, type Value } from "./value.ts";

/** What an expression may refer to. */
export interface Scope {
  /** `pyroscope.write`: the kinds of components that take profiles. */
  readonly receiverTypes: ReadonlySet<string>;
  /** The labels of the `local.file` components. */
  readonly fileLabels: ReadonlySet<string>;
}

/**
 * Works out what an expression stands for.
 *
 * @throws Untranslatable
 */
export function evaluate(expression: Expression, scope: Scope): Value {
  try {
    return valueFor(expression, scope);
  } catch (thrown) {
    if (!(thrown instanceof TextTooLong)) throw thrown;
    throw new Untranslatable(expression.span, "the text that comes of it is too long");
  }
}

function valueFor(expression: Expression, scope: Scope): Value {
  const { span } = expression;
  switch (expression.type) {
    case "literal":
      return literalValue(expression);
    case "group":
      return valueFor(expression.inner, scope);
    case "array":
      return { type: "array", items: expression.elements.map((element) => valueFor(element, scope)) };
    case "object": {
      const entries = expression.fields.map(({ name, value }) => [name, valueFor(value, scope)] as const);
      return { type: "object", entries: new Map(entries) };
    }
    case "unary":
      return unaryValue(expression.operator, valueFor(expression.operand, scope), span);
    case "binary": {
      const left = valueFor(expression.left, scope);
      return binaryValue(expression.operator, left, valueFor(expression.right, scope), span);
    }
    case "call":
      return callValue(expression, scope);
    case "index":
      return indexValue(valueFor(expression.value, scope), valueFor(expression.index, scope), span);
    case "name":
      return referenceValue(expression.name, span, scope);
    case "access": {
      const path = dottedName(expression);
      if (path !== undefined) return referenceValue(path, span, scope);
      return fieldValue(valueFor(expression.value, scope), expression.name, span);
    }
  }
}

function literalValue({ kind, text, span }: Literal): Value {
  switch (kind) {
    case "null":
      return { type: "null" };
    case "bool":
      return { type: "bool", value: text === "true" };
    case "number":
    case "float":
      return numberValue(text, span);
    case "string": {
      const literal = parseStringLiteral(text);
      if (!literal.ok) throw new Untranslatable(span, literal.message);
      return knownText(literal.text);
    }
  }
}

function callValue({ callee, args, span }: Call, scope: Scope): Value {
  const name = dottedName(callee);
  const call = name === undefined ? undefined : standardLibrary.get(name);
  if (name !== undefined && call !== undefined) {
    return call({ name, span, args: args.map((argument) => valueFor(argument, scope)) });
  }
  if (name !== undefined && unsupportedFunctions.has(name)) {
    throw new Untranslatable(span, `${name} can't be turned`, "write what it returns instead");
  }
  throw new Untranslatable(
    callee.span,
    name === undefined ? "this can't be called" : `there is no function ${name}`,
  );
}

/** `a.b.c` where the expression is nothing but names; undefined elsewhere. */
export function dottedName(expression: Expression): string | undefined {
  if (expression.type === "name") return expression.name;
  if (expression.type !== "access") return undefined;
  const before = dottedName(expression.value);
  return before === undefined ? undefined : `${before}.${expression.name}`;
}

function referenceValue(path: string, span: Span, { receiverTypes, fileLabels }: Scope): Value {
  const [, component = "", type = "", label = "", name = ""] = /^((.*)\.([^.]+))\.([^.]+)$/.exec(path) ?? [];
  if (name === "receiver" && receiverTypes.has(type)) return { type: "receiver", component };
  if (name === "content" && type === "local.file" && fileLabels.has(label)) return { type: "file", label };
  // What a container is called is also in its environment.
  if (path === "constants.hostname")
    return { type: "text", parts: [{ variable: "HOSTNAME", fallback: undefined }] };
  throw unknownReference(path, span);
}

function fieldValue(value: Value, name: string, span: Span): Value {
  if (value.type !== "object") throw new Untranslatable(span, `${describe(value)} has no fields`);
  const field = value.entries.get(name);
  if (field === undefined) throw new Untranslatable(span, `the object has no field ${name}`);
  return field;
}

function indexValue(value: Value, index: Value, span: Span): Value {
  if (value.type === "array" && index.type === "integer") {
    const item = value.items[Number(index.value)];
    if (item === undefined) throw new Untranslatable(span, "the array has no item of this number");
    return item;
  }
  const [name] = index.type === "text" && index.parts.length < 2 ? [index.parts[0] ?? ""] : [];
  if (value.type === "object" && typeof name === "string") return value.entries.get(name) ?? { type: "null" };
  throw new Untranslatable(span, `${describe(value)} has no item ${describe(index)} could name`);
}
