import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { toLower, toUpper } from "../../src/base/letter_case.ts";
import { anyText } from "./any_text.ts";

// What Go 1.26 makes of the same texts.
describe("letter case as in Go", () => {
  test.each([
    ["bAr123Foo", "bar123foo", "BAR123FOO"],
    ["GRÖSSE größe", "grösse größe", "GRÖSSE GRÖßE"],
    ["ΟΔΟΣ οδος", "οδοσ οδος", "ΟΔΟΣ ΟΔΟΣ"],
    ["İstanbul", "istanbul", "İSTANBUL"],
    ["ﬁ ŉ ǰ ΐ", "ﬁ ŉ ǰ ΐ", "ﬁ ŉ ǰ ΐ"],
    ["ᾳ ᾼ ᾀ ᾈ ῳ", "ᾳ ᾳ ᾀ ᾀ ῳ", "ᾼ ᾼ ᾈ ᾈ ῼ"],
    ["ǆ ǅ Ǆ", "ǆ ǆ ǆ", "Ǆ Ǆ Ǆ"],
    ["𐐨 𐐀", "𐐨 𐐨", "𐐀 𐐀"],
    ["", "", ""],
  ])("%j", (text, lower, upper) => {
    expect(toLower(text)).toBe(lower);
    expect(toUpper(text)).toBe(upper);
  });

  test("every character becomes one character", () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        expect([...toLower(text)]).toHaveLength([...text].length);
        expect([...toUpper(text)]).toHaveLength([...text].length);
      }),
    );
  });
});
