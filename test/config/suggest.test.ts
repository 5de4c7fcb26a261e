import { expect, test } from "bun:test";
import fc from "fast-check";
import { didYouMean, suggest } from "../../src/config/suggest.ts";
import { anyText } from "../base/any_text.ts";

const keys = ["url", "name", "headers", "http_headers", "remote_timeout", "min_backoff_period"];

test.each([
  ["ulr", undefined],
  ["urll", "url"],
  ["header", "headers"],
  ["Headers", "headers"],
  ["remote_timout", "remote_timeout"],
  ["remote-timeout", "remote_timeout"],
  ["min_backof_periode", "min_backoff_period"],
  ["something_else", undefined],
  ["", undefined],
])("%j means %p", (word, meant) => {
  expect(suggest(word, keys)).toBe(meant);
});

test("of several that are near the nearest is meant, wherever it stands", () => {
  expect([suggest("header", ["headers", "heads"]), suggest("header", ["heads", "headers"])]).toEqual([
    "headers",
    "headers",
  ]);
});

test("without candidates there is no suggestion", () => {
  expect(suggest("url", [])).toBeUndefined();
});

test("the hint is a question, or nothing", () => {
  expect([didYouMean("header", keys), didYouMean("xyz", [])]).toEqual([' (did you mean "headers"?)', ""]);
});

test("a word with one letter wrong is known again", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{4,20}$/), fc.nat(), (word, place) => {
      const at = place % word.length;
      const wrong = `${word.slice(0, at)}0${word.slice(at + 1)}`;
      expect(suggest(wrong, [word])).toBe(word);
    }),
  );
});

test("any word in any company yields a candidate or nothing", () => {
  fc.assert(
    fc.property(anyText(), fc.array(anyText()), (word, candidates) => {
      expect([...candidates, undefined]).toContain(suggest(word, candidates));
    }),
  );
});
