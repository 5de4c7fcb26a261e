import { CodedError } from "../../base/failure.ts";
import type { CallTree } from "./call_tree.ts";

/**
 * Adds folded text to a tree.
 *
 * @throws CodedError where a line can't be read.
 */
export function addFolded(tree: CallTree, side: number, bytes: Uint8Array): void {
  const text = utf8(bytes);
  if (text === undefined) throw new CodedError("invalid_argument", "folded text that is not UTF-8");
  let number = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end);
    start = end + 1;
    number += 1;
    if (line.trim() === "") continue;
    const parsed = parseLine(line);
    if (parsed === undefined)
      throw new CodedError("invalid_argument", `line ${number} of folded text can't be read`);
    const frames = parsed.stack.split(";").flatMap((name) => tree.functionNumber(name, "") ?? []);
    tree.add(side, frames, parsed.value);
  }
}

/** A stack, its functions separated by semicolons, then its value; undefined where it is none. */
function parseLine(line: string): { readonly stack: string; readonly value: number } | undefined {
  const text = line.trim();
  const end = Math.max(text.lastIndexOf(" "), text.lastIndexOf("\t"));
  const value = text.slice(end + 1);
  // A regular expression over the whole line can be made to take a time that grows with the square of its length.
  return end > 0 && /^\d+(?:\.\d+)?$/.test(value)
    ? { stack: text.slice(0, end).trimEnd(), value: Number(value) }
    : undefined;
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
