import { expect, test } from "bun:test";
import { join } from "node:path";
import { readBlocks } from "../readme/markdown.ts";
import { repository } from "../readme/step.ts";

test("every configuration among README's recipes is started by a test", async () => {
  const markdown = await Bun.file(join(repository, "README.md")).text();
  const [, section = ""] = /^## Recipes$(.*?)^## /ms.exec(markdown) ?? [];
  const names = readBlocks(section)
    .filter(({ language }) => language === "yaml")
    .map(({ lines }) => (lines[0] ?? "").replace(/^# /, ""));
  const tests = await Array.fromAsync(new Bun.Glob("*.{test,tools}.ts").scan({ cwd: import.meta.dir }));
  const sources = await Promise.all(tests.map((name) => Bun.file(join(import.meta.dir, name)).text()));
  const started = sources.flatMap((source) =>
    [...source.matchAll(/startRecipe\("([^"]+)"/g)].map((match) => match[1]),
  );
  expect(names.length).toBeGreaterThan(0);
  expect(started).toEqual(expect.arrayContaining(names));
});
