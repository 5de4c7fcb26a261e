import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { excerptOf, printable } from "../../src/config/excerpt.ts";
import { anyText } from "../base/any_text.ts";

/** The excerpt for where `«»` stands around the problem, written with the same marks. */
function excerpt(marked: string, secrets: readonly [number, number][] = []): string | undefined {
  const start = marked.indexOf("«");
  const end = marked.indexOf("»") - 1;
  const text = marked.replace("«", "").replace("»", "");
  const ranges = secrets.map(([from, to]) => ({ start: from, end: to }));
  const found = excerptOf(text, { start, end }, ranges);
  if (found === undefined) return undefined;
  const { text: shown, column, length } = found;
  return `${shown.slice(0, column - 1)}«${shown.slice(column - 1, column - 1 + length)}»${shown.slice(column - 1 + length)}`;
}

describe("the line of a problem", () => {
  test.each<[string, string, readonly [number, number][], string | undefined]>([
    ["is shown alone", "a: 1\nb: «2»\nc: 3", [], "b: «2»"],
    ["ends before Windows' line end", "a: «1»\r\nb: 2", [], "a: «1»"],
    ["is shown without its comment", "a: «1» # was hunter2", [], "a: «1»"],
    ["keeps a # that begins no comment", "a: «'x # y'» # z", [], "a: «'x # y'»"],
    ["is not shown where there is nothing on it", "a: 1\n«»\n", [], undefined],
    ["has its secrets masked before the place", "p: abc, a: «1»", [[3, 6]], "p: (secret), a: «1»"],
    ["has its secrets masked behind the place", "a: «1», p: abc", [[9, 12]], "a: «1», p: (secret)"],
    ["has its secrets masked where they are the place", "p: «abc»", [[3, 6]], "p: «(secret)»"],
    [
      "has two secrets that touch masked as one",
      "p: «a»bc",
      [
        [3, 4],
        [4, 6],
      ],
      "p: «(secret)»",
    ],
    ["has credentials in a URL masked", "u: «http://u:p@a»", [], "u: «http://(secret)@a»"],
    ["has a token of Grafana masked", "x: «glc_eyJvIjoiMSJ9»", [], "x: «(secret)»"],
    ["shows tabs", "\ta: «1»", [], "⇥a: «1»"],
    ["shows nothing that a terminal acts on", "a: «\u001b[31m1\u202e»", [], "a: «�[31m1�»"],
  ])("%s", (_, marked, secrets, expected) => {
    expect(excerpt(marked, secrets)).toBe(expected);
  });

  test("is cut where it is long, on both sides of the place", () => {
    const shown = excerpt(`{"a": "${"x".repeat(5000)}", "b": «1», "c": "${"y".repeat(5000)}"}`) ?? "";
    expect(shown).toMatch(/^…x+", "b": «1», "c": "y+…$/);
    expect(shown.length).toBeLessThan(140);
  });

  test("has a place in it, whatever the text", () => {
    const texts = anyText({ maxLength: 300 });
    fc.assert(
      fc.property(texts, fc.nat(300), fc.nat(20), fc.nat(300), fc.nat(20), (text, at, length, from, more) => {
        const start = Math.min(at, text.length);
        const problem = { start, end: Math.min(text.length, start + length) };
        const found = excerptOf(text, problem, [{ start: from, end: from + more }]);
        const { text: shown, column } = found ?? { text: "x", column: 1 };
        expect(column).toBeWithin(1, shown.length + 2);
        expect(printable(shown)).toBe(shown);
      }),
    );
  });
});
