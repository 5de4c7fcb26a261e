import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { diffLines } from "../../src/base/line_diff.ts";

const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 });

describe("from one text to another", () => {
  test.each([
    ["abc", "abc", " a b c"],
    ["abc", "axc", " a-b+x c"],
    ["ab", "abc", " a b+c"],
    ["abc", "bc", "-a b c"],
    ["", "a", "+a"],
    ["abcd", "cdab", "-a-b c d+a+b"],
  ])("%s to %s", (before, after, expected) => {
    const signs = { same: " ", added: "+", removed: "-" };
    const changes = diffLines([...before], [...after]);
    expect(changes.map(({ change, text }) => signs[change] + text).join("")).toBe(expected);
  });
});

test("leaving out what was added is the one, leaving out what was removed the other", () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const changes = diffLines(before, after);
      const without = (gone: string) =>
        changes.filter(({ change }) => change !== gone).map(({ text }) => text);
      expect([without("added"), without("removed")]).toEqual([before, after]);
    }),
  );
});

test("texts that are too long to compare are replaced as a whole, but for what they begin and end with", () => {
  const before = ["first", ...Array.from({ length: 3000 }, (_, index) => `a${index}`), "last"];
  const after = ["first", ...Array.from({ length: 3000 }, (_, index) => `b${index}`), "last"];
  const changes = diffLines(before, after);
  expect([changes.length, changes[0]?.change, changes.at(-1)?.change]).toEqual([6002, "same", "same"]);
});
