import { expect, test } from "bun:test";
import { diffRows, nextOrder, orderRows, topRows } from "../../../src/admin/ui/flame/top.ts";

const rows = topRows([
  { name: "b", file: "x.go", self: 1, total: 9 },
  { name: "a", file: "y.go", self: 3, total: 3 },
  { name: "C", file: "x.go", self: 3, total: 5 },
]);

test("functions are ordered by a number, ties by name", () => {
  const order = orderRows(rows, "", { by: "self", isDescending: true });
  expect(order.map(({ name }) => name)).toEqual(["C", "a", "b"]);
  expect(orderRows(rows, "", { by: "total", isDescending: false }).map(({ name }) => name)).toEqual([
    "a",
    "C",
    "b",
  ]);
});

test("a search keeps what has it in its name or file", () => {
  const order = { by: "name", isDescending: false } as const;
  expect(orderRows(rows, "X.GO", order).map(({ name }) => name)).toEqual(["C", "b"]);
  expect(orderRows(rows, "nothing", order)).toEqual([]);
});

test("a second click turns the order round, another column begins with the largest, names with a", () => {
  const first = { by: "self", isDescending: true } as const;
  expect(nextOrder<"self" | "total" | "name">(first, "self", ["name"])).toEqual({
    by: "self",
    isDescending: false,
  });
  expect(nextOrder<"self" | "total" | "name">(first, "total", ["name"])).toEqual({
    by: "total",
    isDescending: true,
  });
  expect(nextOrder<"self" | "total" | "name">(first, "name", ["name"])).toEqual({
    by: "name",
    isDescending: false,
  });
});

test("a comparison is of shares, so that twice as many profiles are no change", () => {
  const one = { name: "f", file: "", left_self: 10, right_self: 20, left_total: 50, right_total: 50 };
  expect(diffRows({ functions: [one], left_total: 100, right_total: 200 })).toEqual([
    {
      name: "f",
      file: "",
      left: 0.1,
      right: 0.1,
      change: 0,
      leftTotal: 0.5,
      rightTotal: 0.25,
      totalChange: -0.25,
    },
  ]);
});
