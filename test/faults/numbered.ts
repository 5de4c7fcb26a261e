/** How often the number stands at a body's ends: once at least lies within one page, wherever pages are cut. */
const repeats = 3;

/** Digits of a number. */
const digits = 9;

const headPattern = /^#(\d{9})@(\d{13}):(\d{7})#/;

/** A profile of a test: its number, and when it was made in milliseconds since the Unix epoch. */
export interface Numbered {
  readonly number: number;
  readonly madeAt: number;
}

/** A body that tells which profile it is, and by which one sees whether it is whole. */
export function numberedBody({ number, madeAt }: Numbered, bytes: number): Uint8Array {
  const tail = endMark(number).repeat(repeats);
  const head = `${startMark(number)}${madeAt}:`;
  const marks = `#${startMark(number).repeat(repeats - 1)}`;
  const length = Math.max(bytes, head.length + 7 + marks.length + tail.length);
  const start = head + String(length).padStart(7, "0") + marks;
  return Buffer.from(start + "x".repeat(length - start.length - tail.length) + tail);
}

/** Which profile a body is; undefined where it is not whole. */
export function readNumbered(body: Uint8Array): Numbered | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const match = headPattern.exec(bytes.toString("latin1", 0, 64));
  if (match === null) return undefined;
  const number = Number(match[1]);
  const tail = endMark(number).repeat(repeats);
  const isWhole =
    Number(match[3]) === bytes.length && bytes.toString("latin1", bytes.length - tail.length) === tail;
  return isWhole ? { number, madeAt: Number(match[2]) } : undefined;
}

/** The numbers of profiles whose start is in a text. */
export function numbersStarting(text: string): number[] {
  return Array.from(text.matchAll(/#(\d{9})@/g), ([, number]) => Number(number));
}

/** The numbers of profiles whose end is in a text. */
export function numbersEnding(text: string): number[] {
  return Array.from(text.matchAll(/~(\d{9})~/g), ([, number]) => Number(number));
}

function startMark(number: number): string {
  return `#${padded(number)}@`;
}

function endMark(number: number): string {
  return `~${padded(number)}~`;
}

function padded(number: number): string {
  return String(number).padStart(digits, "0");
}
