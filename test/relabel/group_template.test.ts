import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { GroupTemplate } from "../../src/relabel/group_template.ts";
import { anyText } from "../base/any_text.ts";

// Of (?P<1x>one)(?P<name>two)(?P<01>three).
const groups = ["onetwothree", "one", "two", "three"];
const names = new Map([
  ["1x", 1],
  ["name", 2],
  ["01", 3],
]);

function expand(template: string): string {
  return new GroupTemplate(template, names).expand(groups);
}

// What Go 1.26 makes of the same templates.
describe("groups are filled in as Go does", () => {
  test.each([
    ["", ""],
    ["plain", "plain"],
    ["$1", "one"],
    ["${1}", "one"],
    ["$0", "onetwothree"],
    ["$1-$2", "one-two"],
    ["$1$2", "onetwo"],
    ["${1}x", "onex"],
    ["$1x", "one"],
    ["$1y", ""],
    ["$name", "two"],
    ["${name}s", "twos"],
    ["$names", ""],
    ["$4", ""],
    ["$01", "three"],
    ["$001", ""],
    ["$999999999", ""],
    ["$99999999999", ""],
    ["$é", ""],
    ["${é}!", "!"],
    ["$$", "$"],
    ["$$1", "$1"],
    ["$$$1", "$one"],
    ["$$$$", "$$"],
    ["$", "$"],
    ["a$", "a$"],
    ["$-", "$-"],
    ["$ 1", "$ 1"],
    ["${", "${"],
    ["${}", "${}"],
    ["${1", "${1"],
    ["${1 }", "${1 }"],
    ["${na-me}", "${na-me}"],
    ["${1$$2", "${1$2"],
    ["\\$1", "\\one"],
    ["$&", "$&"],
    ["$<name>", "$<name>"],
  ])("%j → %j", (template, expected) => {
    expect(expand(template)).toBe(expected);
  });
});

test("a text with its dollars doubled expands to itself", () => {
  fc.assert(
    fc.property(anyText(), (text) => {
      expect(expand(text.replaceAll("$", "$$$$"))).toBe(text);
    }),
  );
});

test("references in braces and texts between them expand each by itself", () => {
  const text = fc.string({ unit: "grapheme" }).map((value) => value.replaceAll("$", ""));
  const part = fc.oneof(
    text.map((value) => [value, value] as const),
    fc.nat(5).map((number) => [`\${${number}}`, groups[number] ?? ""] as const),
    fc.constantFrom(["${name}", "two"] as const, ["${nobody}", ""] as const, ["$$", "$"] as const),
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const template = parts.map(([given]) => given).join("");
      expect(expand(template)).toBe(parts.map(([, expected]) => expected).join(""));
    }),
  );
});

test("any template expands, and never to more than there is", () => {
  const template = fc.string({ unit: fc.constantFrom(..."$${}12xn_é ".split("")) });
  fc.assert(
    fc.property(template, (given) => {
      expect(expand(given).length).toBeLessThanOrEqual(given.length * "onetwothree".length);
    }),
  );
});
