import { type Node, Pair, Scalar, type YAMLMap } from "yaml";
import { joinComments } from "./comment_shelf.ts";

/** A key of a mapping. */
export function keyNode(name: string): Scalar<string> {
  const key = new Scalar(name);
  // Plain, it would merge another mapping into this one.
  if (name === "<<") key.type = Scalar.QUOTE_DOUBLE;
  return key;
}

/** Puts a value into a mapping, in place of one that has the key already. Only a single value has room beside it. */
export function addPair(
  map: YAMLMap,
  key: Scalar<string>,
  value: Node,
  before?: string | undefined,
  after?: string | undefined,
): void {
  const hasRoom = value instanceof Scalar && !String(value.value).includes("\n");
  const above = hasRoom ? before : joinComments(before, after);
  if (above !== undefined) key.commentBefore = above;
  if (hasRoom && after !== undefined) value.comment = after;
  const known = map.items.findIndex((pair) => pair.key instanceof Scalar && pair.key.value === key.value);
  if (known < 0) map.items.push(new Pair(key, value));
  else map.items[known] = new Pair(key, value);
}
