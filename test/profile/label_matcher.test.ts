import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type LabelMatcher, LabelSelector } from "../../src/profile/label_matcher.ts";
import { anyText } from "../base/any_text.ts";

function selector(text: string): LabelSelector {
  const parsed = LabelSelector.parse(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.selector;
}

function matches(text: string, labels: Readonly<Record<string, string>>): boolean {
  return selector(text).matches(new Map(Object.entries(labels)));
}

describe("a selector matches as in Prometheus", () => {
  test.each([
    ["{}", {}, true],
    ["", { a: "1" }, true],
    ['{a="1"}', { a: "1", b: "2" }, true],
    ['{a="1"}', { a: "12" }, false],
    ['{a="1",b!="2"}', { a: "1" }, true],
    ['{a="1",b!="2"}', { a: "1", b: "2" }, false],
    ['{a=""}', {}, true],
    ['{a!=""}', {}, false],
    ['{a=~"p.*"}', { a: "prod" }, true],
    ['{a=~"p"}', { a: "prod" }, false],
    ['{a=~"a|b"}', { a: "b" }, true],
    ['{a=~"x.y"}', { a: "x\ny" }, true],
    ['{a!~"p.*"}', { a: "prod" }, false],
    ['{a!~"p.*"}', {}, true],
    ['{a=~".*"}', {}, true],
    ["{a='1'}", { a: "1" }, true],
    ["{a=`\\d`}", { a: "\\d" }, true],
    ['{a="\\u00e9\\n\\"\\x41\\101"}', { a: 'é\n"AA' }, true],
    ['{otel.scope.name="x"}', { "otel.scope.name": "x" }, true],
    ['{"a-b"="x"}', { "a-b": "x" }, true],
    [' { a = "1" , } ', { a: "1" }, true],
    ['a="1", b="2"', { a: "1", b: "2" }, true],
  ])("%s of %p: %p", (text, labels, expected) => {
    expect(matches(text, labels)).toBe(expected);
  });
});

describe("what is wrong is told with its place", () => {
  test.each([
    ['{a="1"', "at character 7: expected }, found the end"],
    ['{a="1" b="2"}', 'at character 8: expected , or }, found "b=\\"2\\"}"'],
    ['{a~"1"}', 'at character 3: expected =, !=, =~ or !~, found "~\\"1\\"}"'],
    ["{a=1}", 'at character 4: expected a value in quotes, found "1}"'],
    ['{a="1}', 'at character 4: expected a value in quotes, found "\\"1}"'],
    ['{1="1"}', 'at character 2: expected the name of a label, found "1=\\"1\\"}"'],
    ['{a="1"}x', 'at character 8: expected nothing more, found "x"'],
    ["{,}", 'at character 2: expected the name of a label, found ",}"'],
    ['{""="x"}', 'at character 4: expected the name of a label before this, found "=\\"x\\"}"'],
    ['{"a}', 'at character 2: expected the end of a quoted name, found "\\"a}"'],
    ['{a="\\q"}', "at character 8: expected a value in quotes, found"],
    ['{a="\\UFFFFFFFF"}', "expected a value in quotes"],
    ['{a=~"("}', "a: expected a regular expression in RE2's syntax"],
    [`{${"a".repeat(5000)}="1"}`, "a selector has at most 4096 characters"],
    [Array.from({ length: 33 }, () => 'a="1"').join(","), "a selector has at most 32 matchers"],
  ])("%s", (text, problem) => {
    expect(LabelSelector.parse(text)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });
});

const matcher: fc.Arbitrary<LabelMatcher> = fc.record({
  name: fc.oneof(
    fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_.]{0,9}$/),
    fc.string({ minLength: 1, maxLength: 9 }),
  ),
  operator: fc.constantFrom("=", "!="),
  value: anyText({ maxLength: 12 }),
});

test("what is written is read back the same", () => {
  fc.assert(
    fc.property(fc.array(matcher, { maxLength: 5 }), (matchers) => {
      const made = LabelSelector.of(matchers);
      expect(made.ok && selector(made.selector.toString()).matchers).toEqual(matchers);
    }),
  );
});

test("no text makes the parser fail, and a problem names a place within it", () => {
  const pieces = fc.constantFrom(
    "{",
    "}",
    "a",
    "=",
    "!=",
    "=~",
    '"',
    "'",
    "`",
    "\\",
    ",",
    " ",
    "x",
    '"v"',
    "\n",
    "é",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      const text = parts.join("");
      const parsed = LabelSelector.parse(text);
      const place = parsed.ok ? 1 : Number(/^at character (\d+)/.exec(parsed.problem)?.[1] ?? 1);
      expect(place >= 1 && place <= text.length + 1).toBe(true);
    }),
  );
});

test("a matcher and its opposite never agree", () => {
  const opposite = { "=": "!=", "!=": "=" } as const;
  const labels = fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("", "1", "2"));
  fc.assert(
    fc.property(
      fc.constantFrom("=" as const, "!=" as const),
      fc.constantFrom("", "1"),
      labels,
      (operator, value, record) => {
        const set = new Map(Object.entries(record));
        const one = selector(`{a${operator}"${value}"}`);
        const other = selector(`{a${opposite[operator]}"${value}"}`);
        expect(one.matches(set)).toBe(!other.matches(set));
      },
    ),
  );
});
