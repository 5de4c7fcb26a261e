import { describe, expect, test } from "bun:test";
import { labelNameProblem, labelSetProblem, profileProblem } from "../../src/profile/validate_labels.ts";
import { ingestProfile, pushProfile } from "./sample_profiles.ts";

describe("label names", () => {
  test.each(["a", "A", "0", "_", ".", "__name__", "service.name", "1st"])("%j is fine", (name) => {
    expect(labelNameProblem(name)).toBeUndefined();
  });

  test.each(["", "a-b", "a b", "a/b", "ä", "a\n", "a=b", "{"])("%j is not", (name) => {
    expect(labelNameProblem(name)).toBeString();
  });
});

test("a label set needs at least one label", () => {
  expect(labelSetProblem(new Map())).toContain("no labels");
  expect(labelSetProblem(new Map([["a", "\ud83e\uddc0 \n"]]))).toBeUndefined();
});

test("the problem names the profile's labels and the one that is wrong", () => {
  expect(profileProblem(ingestProfile({ service_name: "shop", "a-b": "1" }))).toBe(
    'invalid labels in profile {"a-b"="1", service_name="shop"}: the label name "a-b" may only hold letters, digits, "_" and "."',
  );
});

test("the problem names the first series that is wrong", () => {
  const problem = profileProblem(pushProfile({ ok: "1" }, { "": "x", other: "y" }, { "c d": "z" }));
  expect(problem).toBe('invalid labels in series {""="x", other="y"}: a label has no name');
});

test("valid profiles have no problem", () => {
  expect(profileProblem(ingestProfile())).toBeUndefined();
  expect(profileProblem(pushProfile({ a: "1" }, { b: "2" }))).toBeUndefined();
  expect(profileProblem(pushProfile())).toBeUndefined();
});
