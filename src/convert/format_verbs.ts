import { joinParts, maxTextLength, type TextParts, TextTooLong, type Value, wholeText } from "./value.ts";

/** What a format makes of its values, or why it can't be made. */
export type Formatted =
  | { readonly ok: true; readonly parts: TextParts }
  | { readonly ok: false; readonly problem: string };

/** `%`, flags, width, precision, the number of the value, and the verb (https://pkg.go.dev/fmt). */
const verb = /%([-0+ ]*)(\d*)(?:\.(\d*))?(?:\[(\d+)\])?(.)?/gsu;

/** Does what Go's `fmt.Sprintf` does, as far as Alloy documents it for `string.format`. */
export function formatText(format: string, values: readonly Value[]): Formatted {
  const pieces: TextParts[] = [];
  let position = 0;
  let at = 0;
  let used = 0;
  for (const match of format.matchAll(verb)) {
    pieces.push([format.slice(at, match.index)]);
    at = match.index + match[0].length;
    if (match[5] === "%") {
      pieces.push(["%"]);
      continue;
    }
    if (match[4] !== undefined) position = Number(match[4]) - 1;
    const value = values[position];
    position += 1;
    used = Math.max(used, position);
    if (value === undefined) return { ok: false, problem: "the format asks for more values than there are" };
    const piece = formatValue(match, value);
    if (piece === undefined) return { ok: false, problem: `${match[0]} can't be worked out for its value` };
    pieces.push(piece);
  }
  if (used < values.length) return { ok: false, problem: "the format has no place for some of its values" };
  return { ok: true, parts: joinParts([...pieces, [format.slice(at)]]) };
}

function formatValue([whole, flags = "", width = "", precision, , letter]: RegExpExecArray, value: Value) {
  const isPlain = whole === "%s" || whole === "%v" || /^%\[\d+\][sv]$/.test(whole);
  // What the environment will say can be put in, but not padded or cut.
  if (value.type === "text" && isPlain) return value.parts;
  const text = verbText(letter, precision === undefined ? undefined : Number(precision), value);
  if (text === undefined) return undefined;
  const isNumber = value.type === "integer" || value.type === "float";
  return [padded(signed(text, flags, isNumber), flags, Number(width), isNumber)];
}

function verbText(
  letter: string | undefined,
  precision: number | undefined,
  value: Value,
): string | undefined {
  switch (value.type) {
    case "text": {
      const text = wholeText(value.parts);
      return text === undefined ? undefined : textVerb(letter, precision, text);
    }
    case "bool":
      return letter === "t" || letter === "v" ? String(value.value) : undefined;
    case "integer":
      return precision === undefined ? integerVerb(letter, value.value) : undefined;
    case "float":
      return floatVerb(letter, precision, value.value);
    default:
      return undefined;
  }
}

function textVerb(letter: string | undefined, precision: number | undefined, text: string) {
  if (letter === "s" || letter === "v") return [...text].slice(0, precision).join("");
  // Beyond this, Go's quotes differ from JSON's.
  const isSimple = /^[\x20-\x7e]*$/.test(text) && precision === undefined;
  return letter === "q" && isSimple ? JSON.stringify(text) : undefined;
}

function integerVerb(letter: string | undefined, value: bigint): string | undefined {
  switch (letter) {
    case "d":
    case "v":
      return value.toString();
    case "x":
      return value.toString(16);
    case "X":
      return value.toString(16).toUpperCase();
    case "o":
      return value.toString(8);
    case "b":
      return value.toString(2);
    default:
      return undefined;
  }
}

function floatVerb(letter: string | undefined, precision: number | undefined, value: number) {
  if (!Number.isFinite(value) || (precision ?? 0) > 100) return undefined;
  // Where Go writes no exponent and JavaScript does, or the other way round, nothing is made up.
  const hasSamePlainForm = value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e21);
  if (letter === "f") return hasSamePlainForm ? value.toFixed(precision ?? 6) : undefined;
  const isShortest = (letter === "g" || letter === "v") && precision === undefined;
  return isShortest && hasSamePlainForm ? String(value) : undefined;
}

function signed(text: string, flags: string, isNumber: boolean): string {
  if (!isNumber || text.startsWith("-")) return text;
  if (flags.includes("+")) return `+${text}`;
  return flags.includes(" ") ? ` ${text}` : text;
}

function padded(text: string, flags: string, width: number, isNumber: boolean): string {
  if (width > maxTextLength) throw new TextTooLong();
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  if (!flags.includes("0") || !isNumber) return " ".repeat(missing) + text;
  const [, sign = "", digits = ""] = /^([-+ ]?)(.*)$/s.exec(text) ?? [];
  return sign + "0".repeat(missing) + digits;
}
