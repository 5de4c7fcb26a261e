import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { expand } from "../../src/config/expand.ts";
import { anyText } from "../base/any_text.ts";

const environment = { HOST: "db", PORT: "4040", EMPTY: "", LOOP: "${HOST}", _a1: "x", PROTO: "__proto__" };

function expanded(text: string): string {
  const expansion = expand(text, environment);
  if (expansion.type === "unset") throw new Error(`${expansion.name} is not set`);
  return expansion.type === "unchanged" ? text : expansion.text;
}

test.each([
  ["${HOST}", "db"],
  ["http://${HOST}:${PORT}/x", "http://db:4040/x"],
  ["${HOST}${HOST}", "dbdb"],
  ["${_a1}", "x"],
  ["${NONE:-fallback}", "fallback"],
  ["${NONE:-}", ""],
  ["${NONE:-a:-b}", "a:-b"],
  ["${HOST:-fallback}", "db"],
  ["${EMPTY:-fallback}", "fallback"],
  ["${EMPTY}", ""],
  ["${LOOP}", "${HOST}"],
  ["${NONE:-${HOST}", "${HOST"],
  ["$${HOST}", "${HOST}"],
  ["$$${HOST}", "$${HOST}"],
  ["$${", "${"],
])("%j becomes %j", (text, result) => {
  expect(expanded(text)).toBe(result);
});

test.each([
  "",
  "plain",
  "$HOST",
  "$1",
  "${1}",
  "${1a}",
  "${a-b}",
  "${HOST",
  "${}",
  "${ HOST }",
  "$$",
  "${HOST-x}",
  "{HOST}",
  "${HÖST}",
])("%j is no reference and stays", (text) => {
  expect(expand(text, environment)).toEqual({ type: "unchanged" });
});

describe("a name that is not set", () => {
  test("is told, the first of several", () => {
    expect(expand("${HOST} ${ONE} ${TWO}", environment)).toEqual({ type: "unset", name: "ONE" });
  });

  test.each(["toString", "constructor", "__proto__", "hasOwnProperty"])(
    "%s, which every object has, is not set",
    (name) => {
      expect(expand(`\${${name}}`, environment)).toEqual({ type: "unset", name });
    },
  );
});

test("a value is not looked into again", () => {
  const name = fc.stringMatching(/^[A-Z]{1,3}$/);
  fc.assert(
    fc.property(fc.dictionary(name, anyText(), { minKeys: 1 }), (values) => {
      const text = Object.keys(values)
        .map((one) => `<\${${one}}>`)
        .join("");
      const wanted = Object.values(values)
        .map((one) => `<${one}>`)
        .join("");
      const expansion = expand(text, values);
      expect(expansion).toEqual({ type: "expanded", text: wanted });
    }),
  );
});

test("any text is expanded, left alone or lacks a name, and no error", () => {
  const piece = fc.oneof(
    fc.constantFrom("$", "{", "}", "${", "$${", ":-", "HOST", "NONE", "EMPTY", "1", " "),
    anyText({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const expansion = expand(pieces.join(""), environment);
      expect(["unchanged", "expanded", "unset"]).toContain(expansion.type);
    }),
    { numRuns: 500 },
  );
});

test("text without a dollar sign is never changed", () => {
  fc.assert(
    fc.property(anyText(), (text) => {
      expect(expand(text.replaceAll("$", ""), environment)).toEqual({ type: "unchanged" });
    }),
  );
});
