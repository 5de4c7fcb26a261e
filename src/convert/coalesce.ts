import type { CallSite } from "./standard_library.ts";
import { numberText, type TextParts, Untranslatable, type Value, wholeText } from "./value.ts";

/**
 * Alloy's `coalesce`: the first value that is not empty, else the last one. Of a variable and what follows it, it
 * makes `${NAME:-default}`.
 *
 * @throws Untranslatable where that has no words.
 */
export function coalesce(call: CallSite): Value {
  let variable: string | undefined;
  let value: Value = { type: "null" };
  for (const [index, candidate] of call.args.entries()) {
    value = candidate;
    const emptiness = emptinessOf(candidate);
    if (emptiness === "filled") break;
    const isLast = index === call.args.length - 1;
    if (emptiness === "empty" || (isLast && variable === undefined)) continue;
    const name = loneVariable(candidate);
    if (name === undefined || variable !== undefined) throw tooMuch(call);
    variable = name;
  }
  return variable === undefined
    ? value
    : { type: "text", parts: [{ variable, fallback: fallbackOf(value, call) }] };
}

/** `unknown` where the environment decides. */
function emptinessOf(value: Value): "empty" | "filled" | "unknown" {
  switch (value.type) {
    case "null":
      return "empty";
    case "bool":
      return value.value ? "filled" : "empty";
    case "integer":
    case "float":
      return Number(value.value) === 0 ? "empty" : "filled";
    case "text":
      return textEmptiness(value.parts);
    case "array":
      return value.items.length === 0 ? "empty" : "filled";
    case "object":
      return value.entries.size === 0 ? "empty" : "filled";
    case "receiver":
      return "filled";
    case "file":
      return "unknown";
  }
}

function textEmptiness(parts: TextParts): "empty" | "filled" | "unknown" {
  if (parts.length === 0 || wholeText(parts) === "") return "empty";
  const isFilled = parts.some((part) => typeof part === "string" || (part.fallback ?? "") !== "");
  return isFilled ? "filled" : "unknown";
}

function loneVariable(value: Value): string | undefined {
  if (value.type !== "text" || value.parts.length !== 1) return undefined;
  const [part] = value.parts;
  return typeof part === "object" ? part.variable : undefined;
}

function fallbackOf(value: Value, call: CallSite): string {
  switch (value.type) {
    case "bool":
      return String(value.value);
    case "integer":
    case "float":
      return numberText(value.value);
    case "text": {
      const text = wholeText(value.parts);
      if (text !== undefined) return text;
      throw tooMuch(call);
    }
    default:
      throw tooMuch(call);
  }
}

function tooMuch({ name, span }: CallSite): Untranslatable {
  return new Untranslatable(
    span,
    `this ${name} can't be turned: \${NAME:-default} has one variable, and a default that is known now`,
    "leave one variable and one default",
  );
}
