import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { command } from "./command.ts";

/** What `help` shows, for a command or for the program. */
async function help(...name: readonly string[]): Promise<string> {
  const { status, out } = await command(...name, "--help");
  expect(status).toBe(0);
  return out;
}

describe("the help", () => {
  test.each([["run"], ["validate"], ["send"], ["doctor"], ["support-bundle"], ["convert"]])(
    "of %s has examples with flags that it knows",
    async (name) => {
      const [options = "", examples = ""] = (await help(name)).split("\nExamples:\n");
      const lines = examples.trimEnd().split("\n");
      for (const line of lines) {
        expect(line).toStartWith(`  pyroduct ${name}`);
        for (const [flag] of line.matchAll(/(?<= )--?[a-z][\w.-]*/g))
          expect(options).toMatch(new RegExp(`^ .*(?<= )${RegExp.escape(flag)}[ ,]`, "m"));
      }
    },
  );

  test("of the program leads to parts of README that are there", async () => {
    const readme = await Bun.file(join(import.meta.dir, "..", "..", "README.md")).text();
    const parts = [...(await help()).matchAll(/#(\w+)/g)].map((match) => match[1] ?? "");
    expect(parts).toEqual(["recipes", "troubleshooting"]);
    for (const part of parts) expect(readme).toMatch(new RegExp(`^## ${part}$`, "im"));
  });
});
