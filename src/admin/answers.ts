import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { CodedError } from "../base/failure.ts";
import { httpStatusOf } from "../profile/status.ts";

/** Answers an expected failure with its status and one line of text; throws anything else again. */
export function failureAnswer(context: Context, thrown: unknown): Response {
  if (!(thrown instanceof CodedError)) throw thrown;
  return lineAnswer(context, httpStatusOf(thrown.code), thrown.message);
}

/** One line of text. */
export function lineAnswer(context: Context, status: number, line: string): Response {
  return context.text(`${line}\n`, status as ContentfulStatusCode);
}

/** A whole number in the query: undefined where it is missing. */
export function wholeNumber(
  context: Context,
  name: string,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const text = context.req.query(name);
  if (text === undefined) return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new CodedError("invalid_argument", `${name} must be a whole number ${range}`);
}
