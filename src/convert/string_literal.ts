import { simpleEscapes } from "../base/go_escapes.ts";

/** What a string literal stands for, or what is wrong with it and how far from its beginning. */
export type StringLiteral =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly offset: number; readonly message: string };

/** A backslash and what may follow it: one character, three octal digits, or hexadecimal ones. */
const escapeSequence =
  /\\(?:([abfnrtv\\"'])|([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;

/** Reads a literal in double quotes or backticks, quotes included. */
export function parseStringLiteral(literal: string): StringLiteral {
  const inner = literal.slice(1, -1);
  // As in Go, carriage returns are no part of a raw string.
  if (literal.startsWith("`")) return { ok: true, text: inner.replaceAll("\r", "") };
  if (!inner.includes("\\")) return { ok: true, text: inner };
  return readEscapes(inner);
}

function readEscapes(inner: string): StringLiteral {
  const pieces: (string | number)[] = [];
  let at = 0;
  while (at < inner.length) {
    const backslash = inner.indexOf("\\", at);
    const end = backslash < 0 ? inner.length : backslash;
    if (end > at) pieces.push(inner.slice(at, end));
    if (backslash < 0) break;
    escapeSequence.lastIndex = backslash;
    const match = escapeSequence.exec(inner);
    const piece = match === null ? undefined : pieceOf(match);
    if (piece === undefined) {
      return { ok: false, offset: backslash + 1, message: "the escape after the backslash is not known" };
    }
    pieces.push(piece);
    at = escapeSequence.lastIndex;
  }
  const text = join(pieces);
  return text === undefined
    ? { ok: false, offset: 0, message: "the escapes of bytes make no valid UTF-8" }
    : { ok: true, text };
}

/** Text, or a byte; undefined where it is no character. */
function pieceOf([, simple, octal, hex, short, long]: RegExpExecArray): string | number | undefined {
  if (simple !== undefined) return simpleEscapes[simple];
  if (octal !== undefined) {
    const byte = Number.parseInt(octal, 8);
    return byte > 0xff ? undefined : byte;
  }
  if (hex !== undefined) return Number.parseInt(hex, 16);
  const point = Number.parseInt(short ?? long ?? "", 16);
  const isCharacter = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
  return isCharacter ? String.fromCodePoint(point) : undefined;
}

// Bytes of one character may stand beside each other in escapes of their own.
function join(pieces: readonly (string | number)[]): string | undefined {
  if (pieces.every((piece) => typeof piece === "string")) return pieces.join("");
  const bytes = pieces.map((piece) =>
    typeof piece === "string" ? Buffer.from(piece) : Buffer.from([piece]),
  );
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes));
  } catch {
    return undefined;
  }
}
