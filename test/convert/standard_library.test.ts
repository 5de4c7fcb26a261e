import { describe, expect, test } from "bun:test";
import { plainValue, refusal } from "./values.ts";

/** What Alloy's own documentation and tests say of its functions, and corners where Go and JavaScript differ. */
describe("functions", () => {
  test.each<[string, unknown]>([
    ['string.format("Hello, %s!", "Ander")', "Hello, Ander!"],
    ['string.format("There are %d lights", 4)', "There are 4 lights"],
    ['string.format("%[2]s %[1]s %%", "a", "b")', "b a %"],
    [
      'string.format("%05d|%-4d|%+d|% d|%x|%X|%o|%b", 42, 7, 1, 2, 255, 255, 8, 5)',
      "00042|7   |+1| 2|ff|FF|10|101",
    ],
    ['string.format("%-05d|%05d", -42, -42)', "-42  |-0042"],
    ['string.format("%.2f|%f|%6.1f|%g|%v", 3.14159, 0.5, 2.25, 1.5, 0.25)', "3.14|0.500000|   2.3|1.5|0.25"],
    ['string.format("%t %v", true, false)', "true false"],
    ['string.format("%5s|%-5s|%.2s|%q", "é", "b", "héllo", "a\\"b")', '    é|b    |hé|"a\\"b"'],
    ['string.join(["foo", "bar", "baz"], ", ")', "foo, bar, baz"],
    ['string.join([], "-")', ""],
    ['string.replace("1 + 2 + 3", "+", "-")', "1 - 2 - 3"],
    ['string.replace("a.b", ".", "$&")', "a$&b"],
    ['string.replace("h🧀", "", "-")', "-h-🧀-"],
    ['string.split("foo,bar,baz", ",")', ["foo", "bar", "baz"]],
    ['string.split("", ",")', [""]],
    ['string.split("h🧀", "")', ["h", "🧀"]],
    ['string.to_lower("HELLO İ")', "hello i"],
    ['to_upper("straße")', "STRAßE"],
    ['string.trim("?!hello?!", "!?")', "hello"],
    ['string.trim("foobar", "far")', "oob"],
    ['trim("aaa", "a")', ""],
    ['string.trim_prefix("helloworld", "hello")', "world"],
    ['string.trim_suffix("helloworld", "world")', "hello"],
    ['trim_suffix("hello", "")', "hello"],
    ['string.trim_space("\\t hello\\u00a0\\u3000\\n\\n")', "hello"],
    ['string.trim_space("\\ufeffx")', "\ufeffx"],
    ["array.concat([1, 2], [], [true, null])", [1, 2, true, null]],
    ["array.concat()", []],
    ["array.concat([[1, 2]], [[5]])", [[1, 2], [5]]],
    ['encoding.from_json("{\\"foo\\": [0, null, true, \\"b\\"]}")', { foo: [0, null, true, "b"] }],
    ['json_decode("[1.5]")[0] + 1', 2.5],
    [
      'encoding.to_json({b = {c = 1, "<" = "&>"}, a = [1.5, true, null]})',
      '{"a":[1.5,true,null],"b":{"\\u003c":"\\u0026\\u003e","c":1}}',
    ],
    ['encoding.from_base64("Zm9vYmFyMTIzIT8kKiYoKSctPUB+")', "foobar123!?$*&()'-=@~"],
    ['encoding.from_URLbase64("c3RyaW5nMTIzIT8kKiYoKSctPUB-")', "string123!?$*&()'-=@~"],
    ['encoding.to_base64("string123!?$*&()\'-=@~")', "c3RyaW5nMTIzIT8kKiYoKSctPUB+"],
    ['encoding.to_URLbase64("string123!?$*&()\'-=@~")', "c3RyaW5nMTIzIT8kKiYoKSctPUB-"],
    ['encoding.url_encode("string123!?$*&()\'-=@~ é")', "string123%21%3F%24%2A%26%28%29%27-%3D%40~+%C3%A9"],
    ['encoding.url_decode("string123%21%3F%24%2A%26%28%29%27-%3D%40~+")', "string123!?$*&()'-=@~ "],
    ["coalesce()", null],
    ['coalesce([], ["fallback"])', ["fallback"]],
    ["coalesce(0, 1, 2)", 1],
    ["coalesce(false, 1)", 1],
    ['coalesce(encoding.from_json("{}"), false)', false],
    ["coalesce([], null)", null],
  ])("%s", (expression, value) => {
    expect(plainValue(expression)).toEqual(value);
  });

  test.each([
    ['string.format("%s")', "string.format: the format asks for more values than there are"],
    ['string.format("x", 1)', "string.format: the format has no place for some of its values"],
    ['string.format("%s", 1)', "string.format: %s can't be worked out for its value"],
    ['string.format("%d", "1")', "string.format: %d can't be worked out for its value"],
    ['string.format("%d", 1.5)', "string.format: %d can't be worked out for its value"],
    ['string.format("%z", 1)', "string.format: %z can't be worked out for its value"],
    ['string.format("%s", [1])', "string.format: %s can't be worked out for its value"],
    ['string.format("%")', "string.format: the format asks for more values than there are"],
    ['string.join([1], "-")', "string.join: argument 1 should be an array of strings, and is an array"],
    ['encoding.from_json("{")', "encoding.from_json: argument 1 should be JSON, and is a string"],
    ['encoding.from_base64("Zm9")', "encoding.from_base64 can't read what it is given"],
    ['encoding.from_base64("/w==")', "encoding.from_base64 can't read what it is given"],
    ['encoding.url_decode("%zz")', "encoding.url_decode can't read what it is given"],
    [
      "encoding.to_json(12)",
      "encoding.to_json: argument 1 should be an object that is known now, and is a number",
    ],
    ["array.concat(1)", "array.concat: argument 1 should be an array, and is a number"],
    ["array.combine_maps([], [], [])", "array.combine_maps can't be turned"],
    ['encoding.from_yaml("a: b")', "encoding.from_yaml can't be turned"],
  ])("%s can't be worked out", (expression, message) => {
    expect(refusal(expression)[0]).toBe(message);
  });
});
