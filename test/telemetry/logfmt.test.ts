import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatLogfmt } from "../../src/telemetry/logfmt.ts";
import { anyText } from "../base/any_text.ts";

function format(fields: Readonly<Record<string, unknown>>): string {
  return formatLogfmt(JSON.stringify({ level: "info", ts: "2026-01-02T03:04:05.000Z", ...fields }));
}

test("time and level come first, then the message, then the rest as it came", () => {
  expect(format({ b: 1, msg: "ready", a: true })).toBe(
    "ts=2026-01-02T03:04:05.000Z level=info msg=ready b=1 a=true\n",
  );
});

test.each<[unknown, string]>([
  ["plain", "plain"],
  ["http://a:4040/x?y", "http://a:4040/x?y"],
  ["two words", '"two words"'],
  ["", '""'],
  ["a=b", '"a=b"'],
  ['say "hi"', '"say \\"hi\\""'],
  ["back\\slash", '"back\\\\slash"'],
  ["two\nlines", '"two\\nlines"'],
  ["tab\there", '"tab\\there"'],
  ["\u001b[31mred", '"\\u001b[31mred"'],
  ["käse", "käse"],
  [1.5, "1.5"],
  [null, "null"],
  [["a", "b"], '"[\\"a\\",\\"b\\"]"'],
  [{ a: 1 }, '"{\\"a\\":1}"'],
])("%j is written %s", (value, written) => {
  expect(format({ msg: "m", value })).toBe(`ts=2026-01-02T03:04:05.000Z level=info msg=m value=${written}\n`);
});

test("whatever is logged is one line, without control characters, and no pair can be forged", () => {
  fc.assert(
    fc.property(anyText(), (value) => {
      const line = format({ msg: "m", value });
      expect(line.slice(0, -1)).not.toMatch(/\p{Cc}/u);
      const written = line.slice(line.indexOf(" value=") + " value=".length, -1);
      const isQuoted = written.startsWith('"');
      expect(isQuoted ? JSON.parse(written) : written).toBe(value);
      expect(isQuoted || !/[\s="]/.test(written)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
