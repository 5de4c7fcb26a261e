import type { Context } from "hono";
import { CodedError } from "../base/failure.ts";
import { wholeNumber } from "./answers.ts";
import type { Selection } from "./store/store_queries.ts";

/** Nodes of a graph where nothing is said, and at most. */
const defaultNodes = 4096;
const mostNodes = 65_536;

/**
 * The selection of profiles in the query.
 *
 * @param prefix what its parameters begin with.
 * @throws CodedError where a time is none.
 */
export function selectionOf(context: Context, prefix = ""): Selection {
  const from = wholeNumber(context, `${prefix}from`, 0);
  const until = wholeNumber(context, `${prefix}until`, 0);
  return { match: context.req.query(`${prefix}match`) ?? "", from, until };
}

/** @throws CodedError where it is missing. */
export function requiredQuery(context: Context, name: string): string {
  const value = context.req.query(name);
  if (value === undefined || value === "") throw new CodedError("invalid_argument", `${name} is required`);
  return value;
}

/** How many nodes a graph may have. */
export function maxNodesOf(context: Context): number {
  return wholeNumber(context, "max_nodes", 1, mostNodes) ?? defaultNodes;
}
