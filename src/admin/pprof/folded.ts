import { CodedError } from "../../base/failure.ts";
import type { CallTree } from "./call_tree.ts";

/** A stack in one line, its functions separated by semicolons, then its value. */
const foldedLine = /^(.+?)\s+(\d+(?:\.\d+)?)\s*$/;

/** How much of the beginning tells what bytes are. */
const lookedAtBytes = 4096;

/** Whether the bytes begin with folded text: https://www.brendangregg.com/FlameGraphs/cpuflamegraphs.html */
export function hasFoldedLines(bytes: Uint8Array): boolean {
  const text = utf8(bytes.subarray(0, lookedAtBytes), true);
  if (text === undefined) return false;
  const lines = text.split("\n");
  // The last line may have been cut.
  const whole = bytes.byteLength > lookedAtBytes ? lines.slice(0, -1) : lines;
  const filled = whole.filter((line) => line.trim() !== "" && !line.startsWith("#"));
  return filled.length > 0 && filled.every((line) => foldedLine.test(line));
}

/**
 * Adds folded text to a tree.
 *
 * @throws CodedError where a line can't be read.
 */
export function addFolded(tree: CallTree, side: number, bytes: Uint8Array): void {
  const text = utf8(bytes, false);
  if (text === undefined) throw new CodedError("invalid_argument", "folded text that is not UTF-8");
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const match = foldedLine.exec(line);
    if (match === null)
      throw new CodedError("invalid_argument", `line ${index + 1} of folded text can't be read`);
    const [, stack = "", value = "0"] = match;
    const frames = stack.split(";").flatMap((name) => tree.functionNumber(name, "") ?? []);
    tree.add(side, frames, Number(value));
  }
}

/** @param isCut whether a character at the end may be incomplete. */
function utf8(bytes: Uint8Array, isCut: boolean): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: isCut });
    // Nothing that people read has such characters, while many binary formats begin with one.
    return /[^\P{Cc}\t\n\v\f\r]/u.test(text.slice(0, lookedAtBytes)) ? undefined : text;
  } catch {
    return undefined;
  }
}
