import { type Node, Pair, Scalar, type YAMLMap } from "yaml";
import { joinComments } from "./comment_shelf.ts";

/** Puts a value under a key that is not there yet. Only a single value has room for a comment beside it. */
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
  map.items.push(new Pair(node, value));
}
