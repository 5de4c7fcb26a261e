import { expect, test } from "bun:test";
import fc from "fast-check";
import { fillPath } from "../../../src/admin/ui/request_path.ts";
import { formatRoute, parseRoute, viewNames } from "../../../src/admin/ui/route.ts";

test("an address names a view and what of it is seen", () => {
  expect(parseRoute("#/flame?service=shop&range=1h")).toEqual({
    view: "flame",
    parameters: { service: "shop", range: "1h" },
  });
  expect(parseRoute("#/flow")).toEqual({ view: "flow", parameters: {} });
});

test("an address that names no view is none", () => {
  for (const hash of ["", "#", "#/", "#/nope", "#/flow/x", "#/__proto__"])
    expect(parseRoute(hash)).toBeUndefined();
});

test("what is empty is left out of an address", () => {
  expect(formatRoute("live", { match: "", service: undefined })).toBe("#/live");
});

test("whatever is written to an address is read from it again", () => {
  const value = fc.string({ minLength: 1, unit: "grapheme" });
  const name = fc.stringMatching(/^[a-z_]{1,8}$/);
  fc.assert(
    fc.property(fc.constantFrom(...viewNames), fc.dictionary(name, value), (view, parameters) => {
      expect(parseRoute(formatRoute(view, parameters))).toEqual({ view, parameters: { ...parameters } });
    }),
  );
});

test("a path is filled in and never left by what is filled in", () => {
  expect(
    fillPath("/api/v0/profiles/:id/raw", { id: "../../x?y#z" }, { part: "a&b", n: 3, no: undefined }),
  ).toBe("/api/v0/profiles/..%2F..%2Fx%3Fy%23z/raw?part=a%26b&n=3");
  expect(() => fillPath("/api/:id", {})).toThrow("needs id");
});
