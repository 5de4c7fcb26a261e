import { type Node, Scalar, YAMLMap, YAMLSeq } from "yaml";
import { metadataOf, type SchemaShape, unwrap } from "../config/schema_shape.ts";
import { joinComments } from "./comment_shelf.ts";
import { evaluate } from "./evaluate.ts";
import { fitScalar, type Place } from "./fit_scalar.ts";
import type { Expression, Span } from "./syntax_tree.ts";
import type { Value } from "./value.ts";
import { addPair } from "./yaml_nodes.ts";

/**
 * The node for an expression, with the comments in it. Lists and mappings that are written out lose no more than
 * the parts that can't be turned.
 */
export function fitExpression(expression: Expression, place: Place): Node | undefined {
  const { schema, path, conversion } = place;
  conversion.remember(path, expression.span);
  if (expression.type === "group") return fitExpression(expression.inner, place);
  const shape = unwrap(schema);
  if (expression.type === "array" && shape.item !== undefined && !isBlock(schema)) {
    return fitElements(expression, shape.item, place);
  }
  if (expression.type === "object" && shape.value !== undefined) {
    return fitFields(expression, shape.value, place);
  }
  try {
    return fitValue(evaluate(expression, conversion.scope), expression.span, place);
  } catch (thrown) {
    conversion.reportThrown(path, thrown);
    return undefined;
  }
}

/** Whether it is written as a block, and not as a value. */
export function isBlock(schema: SchemaShape): boolean {
  return unwrap(schema).entries !== undefined || metadataOf(schema).isBlockList === true;
}

function fitElements(
  { elements, span }: Extract<Expression, { type: "array" }>,
  schema: SchemaShape,
  { path, conversion }: Place,
): YAMLSeq {
  const list = new YAMLSeq<Node>();
  let at = span.start + 1;
  for (const [index, element] of elements.entries()) {
    const before = conversion.comments.take(at, element.span.start);
    const node = fitExpression(element, { schema, path: [...path, index], conversion });
    const next = elements[index + 1]?.span.start ?? span.end;
    const inner = conversion.comments.take(element.span.start, element.span.end);
    const after = conversion.comments.takeTrailing(element.span.end, next);
    at = element.span.end;
    if (node !== undefined) list.items.push(withComments(node, joinComments(before, inner), after));
  }
  const rest = conversion.comments.take(at, span.end);
  if (rest !== undefined) list.comment = rest;
  list.flow = rest === undefined && list.items.every(isPlainScalar);
  return list;
}

function isPlainScalar(node: Node): boolean {
  return node instanceof Scalar && !node.commentBefore && !node.comment && !String(node.value).includes("\n");
}

function withComments(node: Node, before: string | undefined, after: string | undefined): Node {
  const above = node instanceof Scalar ? before : joinComments(before, after);
  if (above !== undefined) node.commentBefore = above;
  if (node instanceof Scalar && after !== undefined) node.comment = after;
  return node;
}

function fitFields(
  { fields, span }: Extract<Expression, { type: "object" }>,
  schema: SchemaShape,
  { path, conversion }: Place,
): YAMLMap {
  const map = new YAMLMap();
  // Of fields with the same name the last one counts.
  const last = new Map(fields.map(({ name }, index) => [name, index]));
  let at = span.start + 1;
  for (const [index, { name, value, span: field }] of fields.entries()) {
    if (last.get(name) !== index) continue;
    const before = conversion.comments.take(at, field.start);
    const node = fitExpression(value, { schema, path: [...path, name], conversion });
    const inner = conversion.comments.take(field.start, field.end);
    const after = conversion.comments.takeTrailing(field.end, fields[index + 1]?.span.start ?? span.end);
    at = field.end;
    if (node !== undefined) addPair(map, name, node, joinComments(before, inner), after);
  }
  const rest = conversion.comments.take(at, span.end);
  if (rest !== undefined) map.comment = rest;
  return map;
}

/** The node for a value; undefined, and reported, where the schema wants something else. */
export function fitValue(value: Value, span: Span, place: Place): Node | undefined {
  const { schema, path, conversion } = place;
  if (isBlock(schema)) {
    const name = String(path.at(-1));
    conversion.report(path, span, "expected a block, and no value", `write ${name} { … } without =`);
    return undefined;
  }
  const { item, value: inner } = unwrap(schema);
  if (value.type === "array" && item !== undefined) return fitItems(value.items, item, span, place);
  if (value.type === "object" && inner !== undefined) return fitEntries(value.entries, inner, span, place);
  const fitted = fitScalar(value, place);
  if (typeof fitted !== "string") return fitted;
  conversion.report(path, span, fitted);
  return undefined;
}

function fitItems(items: readonly Value[], schema: SchemaShape, span: Span, { path, conversion }: Place) {
  const list = new YAMLSeq<Node>();
  for (const [index, item] of items.entries()) {
    const node = fitValue(item, span, { schema, path: [...path, index], conversion });
    if (node !== undefined) list.items.push(node);
  }
  list.flow = list.items.every(isPlainScalar);
  return list;
}

function fitEntries(
  entries: ReadonlyMap<string, Value>,
  schema: SchemaShape,
  span: Span,
  { path, conversion }: Place,
) {
  const map = new YAMLMap();
  for (const [name, item] of entries) {
    const node = fitValue(item, span, { schema, path: [...path, name], conversion });
    if (node !== undefined) addPair(map, name, node);
  }
  return map;
}
