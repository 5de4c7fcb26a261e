import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { componentDefinitions } from "../../src/components.ts";
import { convertSource } from "../../src/convert/convert_source.ts";
import { Report } from "../../src/convert/report.ts";

function told(source: string): string {
  const converted = convertSource(source, componentDefinitions, "yaml");
  const report = new Report("f", source);
  return report.problems(converted.problems) + report.summary(converted);
}

describe("a secret is never shown", () => {
  const secret = fc.stringMatching(/^[a-z0-9"'`\\/*=(){} \t]{0,4}s3cr3t[a-z0-9"'`\\/*=(){} \t]{0,4}$/);
  const places = [
    (text: string) => `pyroscope.write "a" {\n endpoint {\n passwrod = ${text}\n }\n}`,
    (text: string) =>
      `pyroscope.write "a" {\n endpoint {\n url = 1 / 0\n basic_auth { password = ${text} + nope }\n }\n}`,
    (text: string) => `pyroscope.write "a" {\n endpoint {\n url = ${text} }\n }\n}`,
    (text: string) => `pyroscope.write "a" {\n endpoint = { password = ${text}, x = [${text}] }\n}`,
    (text: string) => `x = ${text} § ${text}`,
    (text: string) => `x = [${text} ${text}]`,
    (text: string) => `x = f(${text}, {a = ${text}})`,
    (text: string) => `x = 1 y // ${text}`,
    (text: string) => `pyroscope.relabel "a" {\n max_cache_size = ${text}\n forward_to = [${text}]\n}`,
    (text: string) => `loki.write "a" { url = ${text} }`,
  ];

  test("in any place, written in any way", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        secret,
        fc.constantFrom('"', "`", "'", ""),
        (place, text, quote) => {
          // Beyond a quote in it the text would be names, which are no secrets.
          const inner = text.replaceAll(quote === "" ? '"' : quote, "");
          const written = quote === "" ? `"${inner}\n` : `${quote}${inner}${quote}`;
          expect(told(place(written))).not.toContain("s3cr3t");
        },
      ),
      { numRuns: 400 },
    );
  });
});

test.each(['"a"s3cr3t"b"', '"s3cr3t""s3cr3t"', '"a"1s3cr3t"', "`a` + `b\ns3cr3t`"])(
  "%s shows nothing either",
  (text) => {
    expect(told(`pyroscope.write "a" {\n x = ${text}\n y = 1 1\n}`)).not.toContain("s3cr3t");
  },
);

test("what a terminal would act upon is not shown", () => {
  const shown = told('x = y "z\u001b[31m" // \u0007\na\u202e = 1');
  for (const character of ["\u001b", "\u0007", "\u202e"]) expect(shown).not.toContain(character);
});

describe("the place", () => {
  test.each<[string, string]>([
    ["é🧀\n x = 1", "f:1:2: the character U+1F9C0 has no meaning here\n    1 | é🧀\n      |  ^^\n"],
    ["\tx = 1 y", "    1 |  x = 1 y\n      |        ^\n"],
    ["x = 1\r\ny = +\r\n", "f:2:5: expected a value, found +\n    2 | y = +\n      |     ^\n"],
    [
      'pyroscope.write "日本" {\n}\nx = y "z" {',
      'f:3:7: expected the end of the line, found a string\n    3 | x = y "…" {\n',
    ],
    ['x = sys.env("HOME") y', '    1 | x = sys.env("HOME") y\n      |                     ^\n'],
  ])("%j", (source, words) => {
    expect(told(source)).toContain(words);
  });

  test("in a line without end is told, and the line not shown", () => {
    expect(told(`x = 1 ${" ".repeat(200)}y`)).toStartWith(
      "f:1:207: expected the end of the line, found a name\n  fix: ",
    );
  });

  test("of more problems than a person reads is counted", () => {
    const problems = Array.from({ length: 150 }, (_, index) => `loki.write "a${index}" { }\n`).join("");
    expect(told(problems)).toContain("\nand 50 more\n");
  });
});
