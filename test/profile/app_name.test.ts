import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { parseAppName } from "../../src/profile/app_name.ts";
import { anyText } from "../base/any_text.ts";

function labelsOf(text: string): Record<string, string> {
  const parsed = parseAppName(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return Object.fromEntries(parsed.labels);
}

function problemOf(text: string): string {
  const parsed = parseAppName(text);
  return parsed.ok ? "" : parsed.problem;
}

describe("names that can be read", () => {
  test.each<[string, Record<string, string>]>([
    ["app", { __name__: "app" }],
    ["my-app_1.cpu/x", { __name__: "my-app_1.cpu/x" }],
    ["app{}", { __name__: "app" }],
    ["app{", { __name__: "app" }],
    ["app{a=b}", { __name__: "app", a: "b" }],
    ["app{a=b,c=d}", { __name__: "app", a: "b", c: "d" }],
    ["  app { a = b , c = d } ", { __name__: "app", a: "b", c: "d" }],
    ["app{a=b,a=c}", { __name__: "app", a: "c" }],
    ["app{a=}", { __name__: "app", a: "" }],
    ["app{a=b,}", { __name__: "app", a: "b" }],
    ["app{a.b_C9=x}", { __name__: "app", "a.b_C9": "x" }],
    ["app{9=x}", { __name__: "app", "9": "x" }],
    ["app{__session_id__=12}", { __name__: "app", __session_id__: "12" }],
    ["app{__name__=other}", { __name__: "other" }],
    ["app{a=käse 🧀}", { __name__: "app", a: "käse 🧀" }],
    ['app{a="b"}', { __name__: "app", a: '"b"' }],
    ["app{a=b=c}", { __name__: "app", a: "b=c" }],
    ["app{a=b{c}", { __name__: "app", a: "b{c" }],
    ["app{__proto__=x}", JSON.parse('{"__name__":"app","__proto__":"x"}')],
  ])("%j", (text, labels) => {
    expect(labelsOf(text)).toEqual(labels);
  });
});

describe("oddities that senders rely on", () => {
  test.each<[string, string, Record<string, string>]>([
    ["a value that is not closed is left out", "app{a=b", { __name__: "app" }],
    ["so is all of a last label that is not closed", "app{a=b,c=d", { __name__: "app", a: "b" }],
    ["a label without a value ends the list", "app{a}", { __name__: "app" }],
    ["and so it does after others", "app{a=b,c}", { __name__: "app", a: "b" }],
    ["a brace after a value does not end it", "app{a=b}c=d}", { __name__: "app", a: "b", c: "d" }],
    ["what follows the braces without a value is left out", "app{a=b}tail", { __name__: "app", a: "b" }],
    ["a first brace in the list ends it", "app{}a=b}", { __name__: "app" }],
  ])("%s: %j", (_, text, labels) => {
    expect(labelsOf(text)).toEqual(labels);
  });
});

describe("names that can't be read", () => {
  test.each([
    ["", "the app name is empty"],
    ["   ", "the app name is empty"],
    ["{a=b}", "the app name is empty"],
    ["my app", 'the app name "my app" may only hold'],
    ["app:cpu{a=b}", 'the app name "app:cpu" may only hold'],
    ["äpp", 'the app name "äpp" may only hold'],
    ["app{=b}", "a label has no name"],
    ["app{a=b,=c}", "a label has no name"],
    ["app{a-b=c}", 'the label name "a-b" may only hold'],
    ["app{a b=c}", 'the label name "a b" may only hold'],
    ["app{a,b=c}", 'the label name "a,b" may only hold'],
    ["app\u0000{a=b}", 'the app name "app\\u0000" may only hold'],
  ])("%j: %s", (text, problem) => {
    expect(problemOf(text)).toStartWith(problem);
  });
});

/** Text that is likely to come near the grammar's corners. */
const nearlyAName = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "{",
        "}",
        "=",
        ",",
        " ",
        "app",
        "a",
        "__name__",
        ".",
        "-",
        "/",
        "\t",
        "\u0000",
        "\ud800",
      ),
      anyText({ maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

test("any text is read or refused in words", () => {
  fc.assert(
    fc.property(nearlyAName, (text) => {
      const parsed = parseAppName(text);
      expect(parsed.ok ? parsed.labels.size : parsed.problem.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});

test("what was read says the same when it is written and read again", () => {
  const readable = nearlyAName.map((rest) => `app{${rest}}`).filter((text) => parseAppName(text).ok);
  fc.assert(
    fc.property(readable, (text) => {
      const labels = labelsOf(text);
      const written = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
      expect(labelsOf(`app{${written.join(",")}}`)).toEqual(labels);
    }),
    { numRuns: 300 },
  );
});
