import type { Excerpt } from "./problem.ts";

/** A stretch of a text, by the offsets of its code units. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const mask = "(secret)";

/** A longer line is not shown whole, in code units. */
const longestLine = 140;

/** How much of it is shown on either side of where the problem begins. */
const shownAround = 60;

/** Credentials that show themselves wherever they stand: those in a URL, and tokens of Grafana. */
const credentials = /(?<=:\/\/)[^\s"'/][^\s"']*(?=@)|\bgl(?:c|sa)_[\w+/=-]+/g;

/** What a terminal would act upon, or what would turn the order of a line around. */
const unprintable = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * The line in which `problem` begins, as it may be shown.
 *
 * @param secrets where secrets stand in the text.
 * @returns undefined where there is nothing on that line.
 */
export function excerptOf(text: string, problem: Range, secrets: readonly Range[]): Excerpt | undefined {
  const line = lineAt(text, problem.start);
  const shown = { start: line.start, end: line.start + commentStart(text.slice(line.start, line.end)) };
  if (text.slice(shown.start, shown.end).trim() === "") return undefined;
  const isLong = shown.end - shown.start > longestLine;
  const window = {
    start: isLong ? Math.max(shown.start, problem.start - shownAround) : shown.start,
    end: isLong ? Math.min(shown.end, problem.start + shownAround) : shown.end,
  };
  const ofLine = [...text.slice(line.start, line.end).matchAll(credentials)].map((match) => {
    const start = line.start + match.index;
    return { start, end: start + match[0].length };
  });
  return drawn(text, problem, window, shown, joined([...secrets, ...ofLine]));
}

/** The line around an offset, without its end. */
export function lineAt(text: string, offset: number): Range {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const newline = text.indexOf("\n", start);
  const end = newline < 0 ? text.length : newline;
  return { start, end: text[end - 1] === "\r" && end > start ? end - 1 : end };
}

/** Text without what must not reach a terminal; tabs are made visible, and no length changes. */
export function printable(text: string): string {
  return text.replaceAll("\t", "⇥").replaceAll(unprintable, "�");
}

/** A stretch of the line with what is shown for it, and where that begins. */
interface Piece extends Range {
  readonly shown: string;
  readonly at: number;
  readonly isMask: boolean;
}

function drawn(text: string, problem: Range, window: Range, line: Range, secrets: readonly Range[]): Excerpt {
  const pieces: Piece[] = [];
  let shown = window.start > line.start ? "…" : "";
  const take = (start: number, end: number, isMask: boolean) => {
    if (start >= end) return;
    const piece = isMask ? mask : printable(text.slice(start, end));
    pieces.push({ start, end, shown: piece, at: shown.length, isMask });
    shown += piece;
  };
  let position = window.start;
  for (const secret of secrets) {
    const [start, end] = [Math.max(secret.start, position), Math.min(secret.end, window.end)];
    if (start >= end) continue;
    take(position, start, false);
    take(start, end, true);
    position = end;
  }
  take(position, window.end, false);
  const length = shown.trimEnd().length;
  const begin = Math.min(placeIn(pieces, problem.start) ?? length, length);
  const end = Math.min(placeBehind(pieces, problem.end) ?? length, length);
  if (window.end < line.end) shown += "…";
  return { text: shown.trimEnd(), column: begin + 1, length: Math.max(1, end - begin) };
}

// What is masked has no places in it but its beginning and its end.
function placeIn(pieces: readonly Piece[], offset: number): number | undefined {
  const piece = pieces.find(({ end }) => offset < end);
  return piece && piece.at + (piece.isMask ? 0 : Math.max(0, offset - piece.start));
}

function placeBehind(pieces: readonly Piece[], offset: number): number | undefined {
  const piece = pieces.find(({ end }) => offset <= end);
  return piece && piece.at + (piece.isMask ? piece.shown.length : Math.max(0, offset - piece.start));
}

function joined(ranges: readonly Range[]): Range[] {
  const all: { start: number; end: number }[] = [];
  for (const { start, end } of ranges.toSorted((one, other) => one.start - other.start)) {
    const last = all.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else all.push({ start, end });
  }
  return all;
}

// A comment may hold the old password; a quote opens text only where a value may begin.
function commentStart(line: string): number {
  let quote: string | undefined;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index] ?? "";
    const before = line[index - 1] ?? " ";
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
    } else if (character === "#" && /\s/.test(before)) return index;
    else if (/["']/.test(character) && /[\s[{,:]/.test(before)) quote = character;
  }
  return line.length;
}
