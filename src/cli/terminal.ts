import { styleText } from "node:util";
import type { ProblemStyle } from "../config/problem.ts";

/** Where a command's words go, as far as their look depends on it. */
interface Stream {
  readonly isTTY?: boolean;
}

/** Names of the looks that words can have. */
type Look = Parameters<typeof styleText>[0];

/** Makes words stand out where a person looks at them: on a terminal, and unless NO_COLOR is set. */
export function paint(look: Look, text: string, stream: Stream): string {
  const isWanted = stream.isTTY && (process.env["NO_COLOR"] ?? "") === "";
  return isWanted ? styleText(look, text, { validateStream: false }) : text;
}

/** How the problems of a configuration look on a stream. */
export function problemStyle(stream: Stream): ProblemStyle {
  return {
    error: (text) => paint(["bold", "red"], text, stream),
    fix: (text) => paint(["bold", "green"], text, stream),
  };
}
