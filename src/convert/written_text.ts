import { expand } from "../config/expand.ts";
import type { TextParts } from "./value.ts";

/** A text as the configuration has it, or why it can't stand there. */
export type WrittenText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

/** Writes a text with `${NAME}` for what the environment says, and what else looks like that escaped. */
export function writeText(parts: TextParts): WrittenText {
  const [only] = parts;
  if (parts.length === 0) return { ok: true, text: "" };
  // Alone, what would be left as it is needs no escape: `${1}`.
  if (parts.length === 1 && typeof only === "string" && !looksLikeVariable(parts))
    return { ok: true, text: only };
  let text = "";
  for (const part of parts) {
    if (typeof part === "string") {
      text += escaped(part);
      continue;
    }
    // It would be an escape.
    if (text.endsWith("$")) return { ok: false, problem: "a $ right before a variable can't be written" };
    if (part.fallback?.includes("}")) return { ok: false, problem: "a default with a } can't be written" };
    text += `\${${part.variable}${part.fallback === undefined ? "" : `:-${part.fallback}`}}`;
  }
  return { ok: true, text };
}

/** Whether a text holds what pyroduct would expand, were it not escaped. */
export function looksLikeVariable(parts: TextParts): boolean {
  return parts.some((part) => typeof part === "string" && expand(part, {}).type !== "unchanged");
}

function escaped(text: string): string {
  return text.replaceAll("${", () => "$${");
}
