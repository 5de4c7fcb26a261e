import { expect, test } from "bun:test";
import { resolve } from "node:path";
import { layerProblems } from "../.config/layers.ts";

test("every import goes to the same folder or to a layer above", async () => {
  expect(await layerProblems(resolve(import.meta.dir, "..", "src"))).toEqual([]);
});
