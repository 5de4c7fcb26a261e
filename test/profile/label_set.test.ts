import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { describeLabels, labelSetOf, sortedLabels } from "../../src/profile/label_set.ts";
import { anyText } from "../base/any_text.ts";

const labels = fc.dictionary(fc.stringMatching(/^[a-zA-Z0-9_.]{1,4}$/), anyText({ maxLength: 4 }));

describe("labelSetOf", () => {
  test("of equal names the last wins", () => {
    expect(
      Object.fromEntries(
        labelSetOf([
          ["a", "1"],
          ["b", "2"],
          ["a", "3"],
        ]),
      ),
    ).toEqual({ a: "3", b: "2" });
  });

  test("empty values vanish", () => {
    expect(
      Object.fromEntries(
        labelSetOf([
          ["a", ""],
          ["b", "2"],
        ]),
      ),
    ).toEqual({ b: "2" });
  });

  test("an empty value that comes last removes what came before", () => {
    expect(
      labelSetOf([
        ["a", "1"],
        ["a", ""],
      ]).size,
    ).toBe(0);
  });

  test("the pairs that came are left alone", () => {
    const pairs = new Map([["a", ""]]);
    labelSetOf(pairs);
    expect(pairs.size).toBe(1);
  });
});

describe("sortedLabels", () => {
  test("names come in the order of their code units", () => {
    const set = new Map(["b", "a", "B", "_", "1", "a.b", "aa"].map((name) => [name, "x"]));
    expect(sortedLabels(set).map(([name]) => name)).toEqual(["1", "B", "_", "a", "a.b", "aa", "b"]);
  });

  test("nothing is lost and nothing added", () => {
    fc.assert(
      fc.property(labels, (record) => {
        expect(Object.fromEntries(sortedLabels(new Map(Object.entries(record))))).toEqual(record);
      }),
    );
  });
});

describe("describeLabels", () => {
  test.each<[string, [string, string][]]>([
    ["{}", []],
    [
      '{a="1", b="2"}',
      [
        ["b", "2"],
        ["a", "1"],
      ],
    ],
    ['{a="say \\"hi\\"\\n"}', [["a", 'say "hi"\n']]],
    ['{""="x"}', [["", "x"]]],
    ['{"a b"="x"}', [["a b", "x"]]],
  ])("%s", (text, pairs) => {
    expect(describeLabels(new Map(pairs))).toBe(text);
  });

  test("the description of any labels is one line", () => {
    fc.assert(
      fc.property(fc.dictionary(anyText(), anyText()), (record) => {
        expect(describeLabels(new Map(Object.entries(record)))).not.toMatch(/[\n\r]/);
      }),
    );
  });
});
