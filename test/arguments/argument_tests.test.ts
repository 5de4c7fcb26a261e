import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { componentDefinitions } from "../../src/components.ts";
import { argumentsOf } from "../../src/config/argument_list.ts";
import { type ArgumentTest, argumentTests } from "./argument_tests.ts";

const tests = join(import.meta.dir, "..");
const documented = componentDefinitions.flatMap((definition) =>
  argumentsOf(definition).map(({ path }) => `${definition.type} ${path}`),
);
const tested = argumentTests.map(({ component, path }) => `${component} ${path}`);

/** Whether the file has the argument's key, and the name as a text of its own: tests and cases are named so. */
function isIn({ path: argument, file, test: name }: ArgumentTest): boolean {
  const path = join(tests, file);
  if (!existsSync(path)) return false;
  const text = readFileSync(path, "utf8");
  if (!text.includes(argument.split(".").at(-1) ?? "")) return false;
  return [JSON.stringify(name), `\`${name}\``, `\n  ${name}: `].some((form) => text.includes(form));
}

test("every argument and the test that uses it", () => {
  const widths = [34, 58, 36];
  const lines = argumentTests
    .map(({ component, path, file, test: name }) => [component, path, file, name])
    .map((cells) =>
      cells
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join(" ")
        .trimEnd(),
    );
  console.log(lines.join("\n"));
  expect(lines).toHaveLength(documented.length);
});

describe("the table", () => {
  test("has a row for every argument that there is", () => {
    expect(documented.filter((argument) => !tested.includes(argument))).toEqual([]);
  });

  test("has no row for an argument that there is not", () => {
    expect(tested.filter((argument) => !documented.includes(argument))).toEqual([]);
  });

  test("has no argument twice", () => {
    expect(tested.filter((argument, index) => tested.indexOf(argument) !== index)).toEqual([]);
  });

  test("names tests that are there", () => {
    const missing = argumentTests.filter((row) => !isIn(row));
    expect(
      missing.map(({ component, path, file, test: name }) => `${component} ${path}: ${file}: ${name}`),
    ).toEqual([]);
  });
});
