import fc, { type Arbitrary, type StringConstraints } from "fast-check";

const firstSurrogate = 0xd800;
const surrogates = 0x800;

/** One character of all that Unicode has room for, surrogates aside. */
const character = fc.integer({ min: 0, max: 0x10ffff - surrogates }).map(
  (index) => String.fromCodePoint(index < firstSurrogate ? index : index + surrogates),
  (value) => {
    const point = typeof value === "string" ? value.codePointAt(0) : undefined;
    if (point === undefined || String.fromCodePoint(point) !== value) throw new Error("no character");
    return point < firstSurrogate ? point : point - surrogates;
  },
);

/**
 * Text of any well-formed characters. It is what fast-check's unit "binary" is, which first makes a table of them
 * all: half a second of every file that asks for it.
 */
export function anyText(constraints: Omit<StringConstraints, "unit"> = {}): Arbitrary<string> {
  return fc.string({ ...constraints, unit: character });
}
