import type { Comment } from "./syntax_tree.ts";

/** The comments of a source; each is taken once, by what it stands beside. */
export class CommentShelf {
  readonly #source: string;
  readonly #comments: readonly Comment[];
  readonly #taken = new Set<Comment>();

  /** @param comments in their order. */
  constructor(source: string, comments: readonly Comment[]) {
    this.#source = source;
    this.#comments = comments;
  }

  /** How many there are. */
  get size(): number {
    return this.#comments.length;
  }

  /** Those that begin within this stretch and are not taken yet, as YAML wants them; undefined where there is none. */
  take(start: number, end: number): string | undefined {
    return this.#written(this.#within(start, end));
  }

  /** Those between `start` and `end` that stand in the line in which `start` lies. */
  takeTrailing(start: number, end: number): string | undefined {
    const lineEnd = this.#source.indexOf("\n", start);
    return this.take(start, lineEnd < 0 ? end : Math.min(end, lineEnd));
  }

  /** Those at the head of the file, which an empty line parts from the first statement at `start`. */
  takeHeader(start: number): string | undefined {
    const comments = this.#within(0, start);
    const last = comments.findLastIndex((comment, index) => {
      return this.#hasEmptyLine(comment.span.end, comments[index + 1]?.span.start ?? start);
    });
    return this.#written(comments.slice(0, last + 1));
  }

  #within(start: number, end: number): Comment[] {
    const found: Comment[] = [];
    for (let index = this.#firstFrom(start); index < this.#comments.length; index += 1) {
      const comment = this.#comments[index];
      if (comment === undefined || comment.span.start >= end) break;
      if (!this.#taken.has(comment)) found.push(comment);
    }
    return found;
  }

  #firstFrom(start: number): number {
    let low = 0;
    let high = this.#comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#comments[middle]?.span.start ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #written(comments: readonly Comment[]): string | undefined {
    if (comments.length === 0) return undefined;
    const lines = comments.flatMap((comment, index) => {
      this.#taken.add(comment);
      const before = comments[index - 1];
      const isApart = before !== undefined && this.#hasEmptyLine(before.span.end, comment.span.start);
      return isApart ? ["", ...linesOf(comment)] : linesOf(comment);
    });
    return lines.join("\n");
  }

  #hasEmptyLine(start: number, end: number): boolean {
    return /\n[ \t\r]*\n/.test(this.#source.slice(start, end));
  }
}

// A line without anything would be an empty line in YAML, and no comment.
function linesOf({ text }: Comment): string[] {
  const lines = text.startsWith("//") ? [text.slice(2)] : blockLines(text.slice(2).replace(/\*\/$/, ""));
  return lines.map((line) => line.trimEnd() || " ");
}

function blockLines(text: string): string[] {
  const lines = text.split("\n").map((line) => line.replace(/^\s*\*?\s?/, " "));
  const isEmpty = (line: string | undefined) => line?.trim() === "";
  if (lines.length > 1 && isEmpty(lines[0])) lines.shift();
  if (lines.length > 1 && isEmpty(lines.at(-1))) lines.pop();
  return lines;
}

/** Two comments as one; undefined where there is neither. */
export function joinComments(...comments: readonly (string | undefined)[]): string | undefined {
  const given = comments.filter((comment) => comment !== undefined);
  return given.length === 0 ? undefined : given.join("\n");
}
