import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { maxTextLength } from "../../src/convert/value.ts";
import { anyText } from "../base/any_text.ts";
import { quoted } from "./alloy_trees.ts";
import { plainValue, refusal } from "./values.ts";

describe("literals and operators", () => {
  test.each<[string, unknown]>([
    ["null", null],
    ["true", true],
    ["9223372036854775807", 2 ** 63],
    ["0010", 8],
    ["08", 8],
    ["1.5e3", 1500],
    [".5", 0.5],
    ['"a\\tb\\x41\\u00e9\\U0001F9C0\\101\\xc3\\xa9\\""', 'a\tbAé🧀Aé"'],
    ["`a\\n${b}`", "a\\n$${b}"],
    ["`a\r\nb`", "a\nb"],
    ["1 + 2 * 3 - 4 / 2", 5],
    ["7 / 2", 3],
    ["-7 / 2", -3],
    ["-7 % 4", -3],
    ["7 / 2.0", 3.5],
    ["2 ^ 10", 1024],
    ["2 ^ -1", 2],
    ["2.0 ^ -1", 0.5],
    ["2 ^ 64", 0],
    ["9223372036854775807 + 1", -(2 ** 63)],
    ["-(1 + 1)", -2],
    ["!(1 == 1.0)", false],
    ['"a" + "b" == "ab"', true],
    ['"a" < "b" && 1 <= 1.5', true],
    ['"ﬀ" < "🧀"', true],
    ['1 == "1"', false],
    ["[1, [true]] == [1, [true]]", true],
    ['{a = 1, b = "x"} == {b = "x", a = 1}', true],
    ["[1, 2] != [1]", true],
    ["null == null || 1 > 2", true],
    ["[1, 2][1]", 2],
    ['{a = {b = "c"}}.a.b', "c"],
    ['{a = 1}["b"]', null],
    ["(((1)))", 1],
    ['{"a b" = [1, {}]}', { "a b": [1, {}] }],
  ])("%s", (expression, value) => {
    expect(plainValue(expression)).toEqual(value);
  });

  test("whole numbers behave as Go's 64 bits do", () => {
    const integer = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(integer, integer, fc.constantFrom("+", "-", "*"), (one, other, operator) => {
        const exact = { "+": one + other, "-": one - other, "*": one * other }[operator] ?? 0n;
        expect(plainValue(`${one} ${operator} ${other}`)).toBe(Number(BigInt.asIntN(64, exact)));
      }),
    );
  });

  test("a string stands for what was put in quotes", () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const whole = text.toWellFormed();
        expect(plainValue(`${quoted(whole)} == "" || false`)).toBe(whole === "");
        expect(plainValue(`string.to_base64(${quoted(whole)})`.replace("string.", "encoding."))).toBe(
          Buffer.from(whole).toString("base64"),
        );
      }),
    );
  });
});

describe("what the environment says", () => {
  test.each([
    ['sys.env("A")', "${A}"],
    ['env("A_1")', "${A_1}"],
    ['"http://" + sys.env("HOST") + ":4040"', "http://${HOST}:4040"],
    ['sys.env("A") + env("B")', "${A}${B}"],
    ['coalesce(sys.env("A"), "b")', "${A:-b}"],
    ['coalesce(sys.env("A"), "")', "${A:-}"],
    ['coalesce("", null, 0, false, [], {}, sys.env("A"), 4040)', "${A:-4040}"],
    ['coalesce(sys.env("A"), true)', "${A:-true}"],
    ['coalesce(sys.env("A"), "", "b", "c")', "${A:-b}"],
    ['coalesce(coalesce(sys.env("A"), ""), "b")', "${A:-b}"],
    ['coalesce(coalesce(sys.env("A"), "b"), "c")', "${A:-b}"],
    ['coalesce(sys.env("A"))', "${A}"],
    ['coalesce("x" + sys.env("A"), "b")', "x${A}"],
    ['coalesce("a", sys.env("B"))', "a"],
    ['string.format("http://%s:%d/%s", sys.env("H"), 4040, "x")', "http://${H}:4040/x"],
    ['format("%v", coalesce(sys.env("H"), "d"))', "${H:-d}"],
    ['string.join(["a", sys.env("B"), "c"], "-")', "a-${B}-c"],
    ['join([env("A"), env("B")], env("C"))', "${A}${C}${B}"],
    ['convert.nonsensitive(sys.env("A"))', "${A}"],
    ['nonsensitive(env("A")) + "!"', "${A}!"],
    ["constants.hostname", "${HOSTNAME}"],
    ['"${A}" + sys.env("A") + "$1"', "$${A}${A}$1"],
    ['"${1}"', "${1}"],
    ['"${A}"', "$${A}"],
    ['"$${"', "$$${"],
  ])("%s is written %s", (expression, text) => {
    expect(plainValue(expression)).toBe(text);
  });

  test.each([
    ['coalesce(sys.env("A"), sys.env("B"))', "this coalesce can't be turned"],
    ['coalesce(sys.env("A") + sys.env("B"), "c")', "this coalesce can't be turned"],
    ['coalesce(sys.env("A"), "x" + sys.env("B"))', "this coalesce can't be turned"],
    ['coalesce(sys.env("A"), null)', "this coalesce can't be turned"],
    ['coalesce(local.file.token.content, "x")', "this coalesce can't be turned"],
    ['sys.env("A") == "b"', "a comparison with an environment variable can't be turned"],
    ['string.to_upper(sys.env("A"))', "string.to_upper can't be worked out before the environment is known"],
    ['string.format("%5s", sys.env("A"))', "string.format: %5s can't be worked out for its value"],
    ['string.format(sys.env("A"))', "string.format can't be worked out before the environment is known"],
    ['sys.env("a-b")', '"a-b" is no name that ${…} can have'],
    ['sys.env("A" + sys.env("B"))', "sys.env can't be worked out before the environment is known"],
  ])("%s can't be turned", (expression, message) => {
    expect(refusal(expression)[0]).toStartWith(message);
  });

  test.each([
    ['"$" + sys.env("A")', "a $ right before a variable can't be written"],
    ['coalesce(sys.env("A"), "a}b")', "a default with a } can't be written"],
  ])("%s has no words", (expression, problem) => {
    expect(plainValue(expression)).toEqual({ ok: false, problem });
  });
});

describe("references", () => {
  test("to receivers and files", () => {
    expect(plainValue("[pyroscope.write.a.receiver, pyroscope.relabel.b.receiver]")).toEqual([
      { receiver: "pyroscope.write.a" },
      { receiver: "pyroscope.relabel.b" },
    ]);
    expect(plainValue("convert.nonsensitive(local.file.token.content)")).toEqual({ file: "token" });
    expect(plainValue("string.trim_space(local.file.token.content)")).toEqual({ file: "token" });
    expect(plainValue("array.concat([pyroscope.write.a.receiver], [], concat())")).toEqual([
      { receiver: "pyroscope.write.a" },
    ]);
  });

  test.each([
    ["discovery.kubernetes.pods.targets", "file_sd"],
    ["discovery.relabel.pods.output", "file_sd"],
    ["discovery.file.a.targets", "name its files in targets_files"],
    ["prometheus.exporter.unix.a.targets", "file_sd"],
    ["local.file.other.content", "define the local.file"],
    ["remote.vault.a.data", "mount it as a file"],
    ["argument.url.value", "what the module is given"],
    ["module.a.b.c", "what the module exports"],
    ["constants.os", "write the value out"],
  ])("%s: what to do instead", (expression, words) => {
    const [message, fix] = refusal(expression);
    expect(message).toBe(`${expression} can't be turned`);
    expect(fix).toContain(words);
  });

  test.each([
    ["loki.write.a.receiver", "loki.write.a.receiver can't be turned"],
    ["pyroscope.write.a.other", "pyroscope.write.a.other can't be turned"],
    ["pyroscope.receive_http.a.receiver", "pyroscope.receive_http.a.receiver can't be turned"],
    ["sys.env", "sys.env can't be turned"],
    ['nope("x")', "there is no function nope"],
    ['[1]("x")', "this can't be called"],
    ['json_path("{}", "$")', "json_path can't be turned"],
    ["1 / 0", "the divisor is zero"],
    ["1 % 0.0", "the divisor is zero"],
    ["9223372036854775808", "the number is too large"],
    ['1 + "a"', "+ has no meaning between a number and a string"],
    ["true && 1", "&& has no meaning between true or false and a number"],
    ['"a" < 1', "< has no meaning between a string and a number"],
    ['-"a"', "- has no meaning before a string"],
    ["!1", "! has no meaning before a number"],
    ["{}.a", "the object has no field a"],
    ["[1].a", "an array has no fields"],
    ["[1][1]", "the array has no item of this number"],
    ["[1][true]", "an array has no item true or false could name"],
    ["sys.env()", "sys.env takes one argument"],
    ["string.replace(1, 2)", "string.replace takes 3 arguments"],
    ["string.join(1, 2)", "string.join: argument 1 should be an array, and is a number"],
    ["pyroscope.write.a.receiver == 1 == pyroscope.write.a.receiver", undefined],
  ])("%s", (expression, message) => {
    expect(message === undefined ? plainValue(expression) : refusal(expression)[0]).toBe(message ?? false);
  });
});

test("no text grows without end", () => {
  const long = `string.replace(${JSON.stringify("a".repeat(2000))}, "a", ${JSON.stringify("a".repeat(2000))})`;
  expect(refusal(long)).toEqual(["the text that comes of it is too long", undefined]);
  expect(refusal('string.format("%9999999d", 1)')).toEqual([
    "the text that comes of it is too long",
    undefined,
  ]);
  const half = JSON.stringify("a".repeat(maxTextLength / 2 + 1));
  expect(refusal(`${half} + ${half}`)).toEqual(["the text that comes of it is too long", undefined]);
});
