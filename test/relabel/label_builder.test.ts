import { expect, test } from "bun:test";
import { LabelBuilder } from "../../src/relabel/label_builder.ts";

const labels = new Map([
  ["c", "3"],
  ["a", "1"],
  ["b", "2"],
]);

test("labels that end as they began are the very same", () => {
  const builder = new LabelBuilder(labels);
  builder.set("d", "4");
  builder.set("a", "x");
  builder.delete("d");
  builder.set("a", "1");
  expect(builder.build()).toBe(labels);
});

test("labels are changed in a copy", () => {
  const builder = new LabelBuilder(labels);
  builder.set("a", "x");
  builder.delete("b");
  builder.set("c", "");
  builder.set("d", "4");
  expect(builder.build()).toEqual(
    new Map([
      ["a", "x"],
      ["d", "4"],
    ]),
  );
  expect(labels.get("a")).toBe("1");
  expect(["a", "b", "c", "d", "e"].map((name) => builder.get(name))).toEqual(["x", "", "", "4", ""]);
});

test("the old labels come by name, then the new ones as they were set", () => {
  const builder = new LabelBuilder(labels);
  builder.set("z", "26");
  builder.set("b", "x");
  builder.set("z", "27");
  const before = builder.entries();
  builder.set("y", "25");
  expect(before).toEqual([
    ["a", "1"],
    ["c", "3"],
    ["z", "27"],
    ["b", "x"],
  ]);
});
