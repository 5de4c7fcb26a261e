import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import {
  block,
  blockList,
  flag,
  integer,
  list,
  literalText,
  mapping,
  text,
} from "../../src/component/arguments.ts";
import { conform } from "../../src/config/conform.ts";
import type { Problem } from "../../src/config/problem.ts";
import { shapeOf } from "../../src/config/schema_shape.ts";

const schema = block({
  port: v.optional(integer(0, 65_535)),
  user: v.optional(text()),
  on: v.optional(flag()),
  regex: v.optional(literalText()),
  names: v.optional(list(text())),
  headers: v.optional(mapping(text())),
  rule: v.optional(blockList(block({ action: text() }))),
  inner: v.optional(block({ port: integer(0) })),
});

function conformed(value: unknown, environment: Readonly<Record<string, string>> = {}) {
  const problems: Problem[] = [];
  return { value: conform(shapeOf(schema), value, [], { environment, problems }), problems };
}

describe("the environment's text gets the type that is wanted", () => {
  const environment = { PORT: "4040", USER: "12345", ON: "true", ODD: "yes", WORD: "x", SPACED: " 80 " };

  test.each([
    [{ port: "${PORT}" }, { port: 4040 }],
    [{ port: "${SPACED}" }, { port: 80 }],
    [{ port: "${PORT}1" }, { port: 40_401 }],
    [{ port: "${WORD}" }, { port: "x" }],
    [{ user: "${USER}" }, { user: "12345" }],
    [{ on: "${ON}" }, { on: true }],
    [{ on: "${ODD}" }, { on: "yes" }],
    [{ inner: { port: "${PORT}" } }, { inner: { port: 4040 } }],
    [{ names: ["${WORD}", "$${WORD}"] }, { names: ["x", "${WORD}"] }],
    [{ headers: { a: "${WORD}" } }, { headers: { a: "x" } }],
  ])("%j: %j", (value, wanted) => {
    expect(conformed(value, environment)).toEqual({ value: wanted, problems: [] });
  });

  test("but text that stood in the file keeps its own", () => {
    expect(conformed({ port: "4040" }).value).toEqual({ port: "4040" });
  });

  test("and a rule's regular expression is not expanded at all", () => {
    expect(conformed({ regex: "${WORD}" }, environment).value).toEqual({ regex: "${WORD}" });
  });
});

test("a name that is not set is told with its place", () => {
  expect(conformed({ names: ["a", "${NONE}"] }).problems).toMatchObject([
    {
      path: ["names", 1],
      message: "the environment variable NONE is not set: set it, or give a default with ${NONE:-…}",
    },
  ]);
});

test("a block may be given as a mapping or as a list", () => {
  expect(conformed({ rule: { action: "drop" } }).value).toEqual({ rule: [{ action: "drop" }] });
  expect(conformed({ rule: [{ action: "drop" }, { action: "keep" }] }).value).toEqual({
    rule: [{ action: "drop" }, { action: "keep" }],
  });
});

test("a key with nothing behind it is an empty block", () => {
  expect(conformed({ inner: null }).value).toEqual({ inner: {} });
});

test("all unknown keys are told and left out", () => {
  const { value, problems } = conformed({ prt: 1, user: "u", zzz: 2, inner: { prt: 3 } });
  expect(value).toEqual({ user: "u", inner: {} });
  expect(problems).toMatchObject([
    { path: ["prt"], message: 'unknown key (did you mean "port"?)' },
    { path: ["zzz"], message: "unknown key" },
    { path: ["inner", "prt"], message: 'unknown key (did you mean "port"?)' },
  ]);
});

describe("names that objects have of themselves", () => {
  test.each(["toString", "constructor", "hasOwnProperty"])("%s is an unknown key", (key) => {
    expect(conformed({ [key]: {} }).problems).toMatchObject([{ path: [key], message: "unknown key" }]);
  });

  test("__proto__ is refused wherever it stands, and changes nothing", () => {
    const { value, problems } = conformed(
      JSON.parse('{"headers":{"__proto__":"x","a":"b"},"__proto__":{"user":"u"}}'),
    );
    expect(problems.map(({ path }) => path)).toEqual([["headers", "__proto__"], ["__proto__"]]);
    expect(value).toEqual({ headers: { a: "b" } });
    expect((value as { user?: string }).user).toBeUndefined();
  });
});

test("a list where a mapping must be is told", () => {
  expect(conformed({ headers: ["a"], inner: [] }).problems.map(({ path }) => path)).toEqual([
    ["headers"],
    ["inner"],
  ]);
});
