import { expect, test } from "bun:test";
import fc from "fast-check";
import { expand } from "../../src/config/expand.ts";
import { joinParts, type TextParts } from "../../src/convert/value.ts";
import { writeText } from "../../src/convert/written_text.ts";
import { anyText } from "../base/any_text.ts";

const piece = fc.oneof(
  fc.constantFrom("$", "{", "}", "${", "$${", "${A}", "${A:-b}", ":-", "A", "$1", "${1}"),
  anyText({ maxLength: 3 }),
);
const variable = fc.record({
  variable: fc.constantFrom("A", "B", "EMPTY"),
  fallback: fc.option(piece, { nil: undefined }),
});
const texts = fc.array(fc.oneof(piece, variable), { maxLength: 8 }).map((parts) => joinParts([parts]));
const environment = { A: "a", B: "${A}", EMPTY: "" };

test("what is written expands to what is meant, where it can be written", () => {
  fc.assert(
    fc.property(texts, (parts) => {
      const written = writeText(parts);
      fc.pre(written.ok);
      const expansion = expand(written.text, environment);
      const meant = textOf(parts);
      expect(expansion).toEqual(
        meant === written.text ? { type: "unchanged" } : { type: "expanded", text: meant },
      );
    }),
    { numRuns: 2000 },
  );
});

test("text alone can always be written", () => {
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      expect(writeText(joinParts([pieces])).ok).toBe(true);
    }),
  );
});

/** What Alloy would make of it; `:-` stands in for what is empty, as coalesce does. */
function textOf(parts: TextParts): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const value = environment[part.variable as keyof typeof environment];
      return value === "" ? (part.fallback ?? "") : value;
    })
    .join("");
}
