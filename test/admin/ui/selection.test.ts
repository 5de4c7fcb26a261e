import { describe, expect, test } from "bun:test";
import {
  baselineOf,
  fromFieldTime,
  selectionOf,
  selectorOf,
  toFieldTime,
  withMatcher,
} from "../../../src/admin/ui/flame/selection.ts";

const now = 1_800_000_000_000;
const hour = 3_600_000;

describe("what is seen", () => {
  test("is the last hour of everything where nothing is said", () => {
    expect(selectionOf({}, now)).toEqual({ match: "{}", from: now - hour, until: now });
  });

  test("is a service with further labels, in a range until now or between two moments", () => {
    expect(selectionOf({ service: 'a"b', labels: 'env="x"', range: "5m" }, now)).toEqual({
      match: '{service_name="a\\"b",env="x"}',
      from: now - 300_000,
      until: now,
    });
    expect(selectionOf({ from: String(now - 10), until: String(now - 5) }, now)).toMatchObject({
      from: now - 10,
      until: now - 5,
    });
  });

  test("is the last hour where the address holds nonsense", () => {
    for (const parameters of [
      { range: "yes" },
      { range: "-1h" },
      { range: "9999999h" },
      { from: "1", until: "2" },
    ])
      expect(selectionOf(parameters, now)).toMatchObject({ from: now - hour, until: now });
  });
});

describe("what it is compared with", () => {
  test("is nothing where nothing is asked for", () => {
    expect(baselineOf({ service: "a" }, now)).toBeUndefined();
  });

  test("is the time before, equally long", () => {
    expect(baselineOf({ service: "a", compare: "before", range: "15m" }, now)).toEqual({
      match: '{service_name="a"}',
      from: now - 1_800_000,
      until: now - 900_000,
    });
  });

  test("is another range, or other labels at the same time", () => {
    const range = { compare: "range", base_from: String(now - 2 * hour), base_until: String(now - hour) };
    expect(baselineOf({ ...range, labels: "a=~'x'" }, now)).toEqual({
      match: "{a=~'x'}",
      from: now - 2 * hour,
      until: now - hour,
    });
    expect(baselineOf({ compare: "labels", labels: 'v="2"', base_labels: 'v="1"' }, now)).toEqual({
      match: '{v="1"}',
      from: now - hour,
      until: now,
    });
  });
});

test("labels are written with or without braces and commas at their end", () => {
  for (const labels of ['a="1"', '{a="1"}', ' { a="1", } ']) expect(selectorOf("", labels)).toBe('{a="1"}');
  expect(withMatcher('{a="1"}', "b", 'x"y')).toBe('a="1", b="x\\"y"');
  expect(withMatcher("", "b", "x")).toBe('b="x"');
});

test("a field's time is the reader's, to the minute", () => {
  const minute = Math.floor(now / 60_000) * 60_000;
  expect(fromFieldTime(toFieldTime(minute))).toBe(String(minute));
  expect([toFieldTime(undefined), fromFieldTime(""), fromFieldTime("soon")]).toEqual(["", "", ""]);
});
