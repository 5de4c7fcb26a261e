import type { BinaryOperator, Span, UnaryOperator } from "./syntax_tree.ts";
import { describe, joinParts, type TextParts, Untranslatable, type Value, wholeText } from "./value.ts";

/** A value with two sides: a number or a text that is known now. */
type Ordered = bigint | number | string;

const minInteger = -(2n ** 63n);
const maxInteger = 2n ** 63n - 1n;

/** The number that a literal stands for: as in Go, one that begins with 0 is octal where it can be. */
export function numberValue(text: string, span: Span): Value {
  if (/[.eE]/.test(text)) return { type: "float", value: Number(text) };
  const isOctal = /^0[0-7]+$/.test(text);
  // Neither an octal number nor one of Go's decimal ones.
  if (!isOctal && /^0\d/.test(text)) return { type: "float", value: Number(text) };
  const value = BigInt(isOctal ? `0o${text.slice(1)}` : text);
  if (value > maxInteger) throw new Untranslatable(span, "the number is too large");
  return { type: "integer", value };
}

/** @throws Untranslatable */
export function unaryValue(operator: UnaryOperator, operand: Value, span: Span): Value {
  if (operator === "!" && operand.type === "bool") return { type: "bool", value: !operand.value };
  if (operator === "-" && operand.type === "integer")
    return { type: "integer", value: wrapped(-operand.value) };
  if (operator === "-" && operand.type === "float") return { type: "float", value: -operand.value };
  throw new Untranslatable(span, `${operator} has no meaning before ${describe(operand)}`);
}

/** @throws Untranslatable */
export function binaryValue(operator: BinaryOperator, left: Value, right: Value, span: Span): Value {
  if (operator === "==") return { type: "bool", value: isEqual(left, right, span) };
  if (operator === "!=") return { type: "bool", value: !isEqual(left, right, span) };
  if (operator === "&&" || operator === "||") return logicValue(operator, left, right, span);
  if (operator === "+" && left.type === "text" && right.type === "text") {
    return { type: "text", parts: joinParts([left.parts, right.parts]) };
  }
  if (/^[<>]/.test(operator)) return { type: "bool", value: compare(operator, left, right, span) };
  return arithmeticValue(operator, left, right, span);
}

function logicValue(operator: "&&" | "||", left: Value, right: Value, span: Span): Value {
  if (left.type !== "bool" || right.type !== "bool") throw mismatch(operator, left, right, span);
  const value = operator === "&&" ? left.value && right.value : left.value || right.value;
  return { type: "bool", value };
}

function arithmeticValue(operator: BinaryOperator, left: Value, right: Value, span: Span): Value {
  if (left.type === "integer" && right.type === "integer") {
    return { type: "integer", value: wrapped(integerResult(operator, left.value, right.value, span)) };
  }
  const pair = numbersOf(left, right);
  if (pair === undefined) throw mismatch(operator, left, right, span);
  return { type: "float", value: floatResult(operator, pair[0], pair[1], span) };
}

function integerResult(operator: BinaryOperator, left: bigint, right: bigint, span: Span): bigint {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / divisor(right, span);
    case "%":
      return left % divisor(right, span);
    default:
      return integerPower(left, right);
  }
}

// Alloy multiplies as often as the exponent says, so that none below 2 does anything.
function integerPower(base: bigint, exponent: bigint): bigint {
  if (exponent === 0n || base === 1n) return 1n;
  if (exponent < 2n) return base;
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = wrapped(result * square);
    square = wrapped(square * square);
  }
  return result;
}

function floatResult(operator: BinaryOperator, left: number, right: number, span: Span): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / divisor(right, span);
    case "%":
      return left % divisor(right, span);
    default:
      return left ** right;
  }
}

function divisor<N extends bigint | number>(value: N, span: Span): N {
  if (Number(value) === 0) throw new Untranslatable(span, "the divisor is zero");
  return value;
}

// Go's integers have 64 bits and go round.
function wrapped(value: bigint): bigint {
  return value >= minInteger && value <= maxInteger ? value : BigInt.asIntN(64, value);
}

function numbersOf(left: Value, right: Value): readonly [number, number] | undefined {
  const isNumber = (value: Value) => value.type === "integer" || value.type === "float";
  if (!isNumber(left) || !isNumber(right)) return undefined;
  return [
    Number((left as { value: bigint | number }).value),
    Number((right as { value: bigint | number }).value),
  ];
}

function compare(operator: BinaryOperator, left: Value, right: Value, span: Span): boolean {
  const pair = orderedPair(left, right, span);
  if (pair === undefined) throw mismatch(operator, left, right, span);
  const [one, other] = pair;
  if (operator === "<") return one < other;
  if (operator === "<=") return one <= other;
  return operator === ">" ? one > other : one >= other;
}

function orderedPair(left: Value, right: Value, span: Span): readonly [Ordered, Ordered] | undefined {
  if (left.type === "integer" && right.type === "integer") return [left.value, right.value];
  if (left.type !== "text" || right.type !== "text") return numbersOf(left, right);
  // Go compares the bytes.
  return [bytesOf(left.parts, span), bytesOf(right.parts, span)];
}

function bytesOf(parts: TextParts, span: Span): string {
  return Buffer.from(knownOnly(parts, span)).toString("latin1");
}

function isEqual(left: Value, right: Value, span: Span): boolean {
  const numbers = numbersOf(left, right);
  if (left.type === "integer" && right.type === "integer") return left.value === right.value;
  if (numbers !== undefined) return numbers[0] === numbers[1];
  if (left.type !== right.type) return false;
  switch (left.type) {
    case "null":
      return true;
    case "bool":
      return left.value === (right as typeof left).value;
    case "text":
      return knownOnly(left.parts, span) === knownOnly((right as typeof left).parts, span);
    case "array": {
      const { items } = right as typeof left;
      return (
        left.items.length === items.length &&
        left.items.every((item, index) => isEqual(item, items[index] ?? { type: "null" }, span))
      );
    }
    case "object": {
      const { entries } = right as typeof left;
      const isSame = ([name, value]: [string, Value]) => {
        const other = entries.get(name);
        return other !== undefined && isEqual(value, other, span);
      };
      return left.entries.size === entries.size && [...left.entries].every(isSame);
    }
    default:
      throw new Untranslatable(span, `${describe(left)} is known only when it runs`);
  }
}

function knownOnly(parts: TextParts, span: Span): string {
  const text = wholeText(parts);
  if (text !== undefined) return text;
  throw new Untranslatable(
    span,
    "a comparison with an environment variable can't be turned",
    "decide before pyroduct starts, and put what comes of it in a variable of its own",
  );
}

function mismatch(operator: string, left: Value, right: Value, span: Span): Untranslatable {
  return new Untranslatable(
    span,
    `${operator} has no meaning between ${describe(left)} and ${describe(right)}`,
  );
}
