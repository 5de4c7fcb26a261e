import { expect, test } from "bun:test";
import { CodedError, messageOf, systemCodeOf } from "../../src/base/failure.ts";

test("an error tells its message, anything else is put into words", () => {
  expect([messageOf(new Error("broken")), messageOf("text"), messageOf(undefined), messageOf(7)]).toEqual([
    "broken",
    "text",
    "undefined",
    "7",
  ]);
});

test.each<[string, unknown, string | undefined]>([
  ["an error with a code", Object.assign(new Error("x"), { code: "EADDRINUSE" }), "EADDRINUSE"],
  ["an error without", new Error("x"), undefined],
  ["a code that is a number", { code: 5 }, undefined],
  ["nothing", null, undefined],
  ["text", "EADDRINUSE", undefined],
])("the system's code of %s", (_, thrown, code) => {
  expect(systemCodeOf(thrown)).toBe(code);
});

test("a coded error is an error with a code and a cause", () => {
  const cause = new Error("deeper");
  const error = new CodedError("unavailable", "no room", { cause });
  expect(error).toBeInstanceOf(Error);
  expect([error.name, error.code, error.message, error.cause]).toEqual([
    "CodedError",
    "unavailable",
    "no room",
    cause,
  ]);
});
