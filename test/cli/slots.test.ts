import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { shardsGone } from "../../src/cli/slots.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";

test("shards that are gone are those whose number is not taken any more", () => {
  using folder = new TemporaryFolder();
  for (const name of [
    "shard-0",
    "shard-1",
    "shard-10",
    "shard-2",
    "shard-02",
    "shard-x",
    "shard--1",
    "other",
  ]) {
    mkdirSync(folder.file(name));
  }
  expect([1, 2, 11].map((count) => shardsGone(folder.path, count))).toEqual([[1, 2, 10], [2, 10], []]);
  expect(shardsGone(folder.file("nowhere"), 1)).toEqual([]);
});
