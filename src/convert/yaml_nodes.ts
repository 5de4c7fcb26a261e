import { type Node, Pair, Scalar, type YAMLMap } from "yaml";
import { joinComments } from "./comment_shelf.ts";

/** Puts a value into a mapping, in place of one that has the key already. Only a single value has room beside it. */
export function addPair(
  map: YAMLMap,
  key: string,
  value: Node,
  before?: string | undefined,
  after?: string | undefined,
): void {
  const hasRoom = value instanceof Scalar && !String(value.value).includes("\n");
  const above = hasRoom ? before : joinComments(before, after);
  const node = new Scalar(key);
  if (above !== undefined) node.commentBefore = above;
  if (hasRoom && after !== undefined) value.comment = after;
  const known = map.items.findIndex((pair) => pair.key instanceof Scalar && pair.key.value === key);
  if (known < 0) map.items.push(new Pair(node, value));
  else map.items[known] = new Pair(node, value);
}
