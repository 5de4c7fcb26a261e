import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { AnchoredRegex } from "../../src/profile/anchored_regex.ts";
import { anyText } from "../base/any_text.ts";

function regexOf(source: string): AnchoredRegex {
  const parsed = AnchoredRegex.parse(source);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.regex;
}

describe("a whole text matches", () => {
  test.each([
    ["a|b", "a", true],
    ["a|b", "ab", false],
    ["a", "a\n", false],
    [".*", "line1\nline2", true],
    ["(?-s:.*)", "line1\nline2", false],
    ["(?i)prod", "PROD", true],
    ["", "", true],
    ["", "a", false],
    [".", "😀", true],
    ["\\pL+", "größe", true],
    ["(?m)^b$", "a\nb", false],
    ["(.*)", "", true],
    ["(.*)", "a\nb", true],
  ])("%j %j %p", (source, text, expected) => {
    expect(regexOf(source).test(text)).toBe(expected);
    expect(regexOf(source).match(text) !== undefined).toBe(expected);
  });
});

test("groups come by number, and by name where they have one", () => {
  const regex = regexOf("(?P<host>[^:]+)(?::(\\d+))?(?<rest>;.*)?");
  expect(regex.match("node1:80")).toEqual(["node1:80", "node1", "80", ""]);
  expect(regex.match("node1")).toEqual(["node1", "node1", "", ""]);
  expect([...regex.groupNumbers]).toEqual([
    ["host", 1],
    ["rest", 3],
  ]);
});

test("the default expression gives its group like any other", () => {
  expect(regexOf("(.*)").match("a\nb")).toEqual(regexOf("(.*)$").match("a\nb") ?? []);
});

describe("what RE2 does not know is a problem", () => {
  test.each([
    ["(", "missing closing )"],
    ["a)|(b", "unexpected )"],
    ["(?=a)", "invalid or unsupported Perl syntax"],
    ["(?<!a)b", "invalid named capture"],
    ["(a)\\1", "invalid escape sequence"],
    ["a**", "invalid nested repetition operator"],
    ["x{1001}", "invalid repeat count"],
    ["(((x{100}){100}){100})", "invalid repeat count"],
    ["a\\", "trailing backslash"],
    ["\\Qa", "missing closing )"],
  ])("%j: %s", (source, reason) => {
    expect(AnchoredRegex.parse(source)).toEqual({ ok: false, problem: expect.stringContaining(reason) });
    expect(AnchoredRegex.parse(source)).toEqual({
      ok: false,
      problem: expect.stringMatching(/^expected a regular expression in RE2's syntax: [^\n]+$/),
    });
  });
});

test("an expression that hangs others takes no time", () => {
  const startedAt = performance.now();
  expect(regexOf("(a+)+(a|a)*b").test("a".repeat(20_000))).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

test("reading and matching never throw", () => {
  fc.assert(
    fc.property(anyText(), anyText(), (source, text) => {
      const parsed = AnchoredRegex.parse(source);
      return !parsed.ok || parsed.regex.test(text) === (parsed.regex.match(text) !== undefined);
    }),
  );
});
