import { expect, test } from "bun:test";
import { join } from "node:path";
import { componentDefinitions } from "../../src/components.ts";
import { loadConfig } from "../../src/config/load_config.ts";
import { loadParityRecordings } from "../wire/parity_case.ts";
import { convertFile, namesIn } from "./golden.ts";

/** The configurations that Alloy was recorded with, in its own language. */
const folder = join(import.meta.dir, "parity");

const { configs } = loadParityRecordings();

test("every configuration that Alloy was recorded with is there", () => {
  expect(namesIn(folder)).toEqual(Object.keys(configs).toSorted());
});

// Those are known to do on the wire what Alloy does: the same components do the same.
test.each(Object.entries(configs))("%s becomes the components that behave as Alloy's", (name, config) => {
  const { converted, problems } = convertFile(folder, name);
  expect(problems).toBe("");
  const components = componentsOf(converted.text ?? "");
  expect(components.length).toBeGreaterThan(0);
  expect(components).toEqual(componentsOf(JSON.stringify(config)));
});

function componentsOf(text: string): unknown[] {
  const loaded = loadConfig(text, componentDefinitions, {});
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join("\n"));
  return loaded.components.map((component) => ({
    ...component,
    source: withoutListsOfOneBlock(component.source),
  }));
}

/** A block that may be repeated is the same alone and as a list of one. */
function withoutListsOfOneBlock(value: unknown): unknown {
  if (Array.isArray(value)) {
    const [first] = value;
    return value.length === 1 && typeof first === "object"
      ? withoutListsOfOneBlock(first)
      : value.map(withoutListsOfOneBlock);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutListsOfOneBlock(inner)]),
  );
}
