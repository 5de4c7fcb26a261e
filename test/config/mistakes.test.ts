import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { allMistakes, goldenName, goldenNames } from "./mistakes.ts";

const mistakes = allMistakes();

test("there are the forty that people make most, and more", () => {
  expect(mistakes.length).toBeGreaterThanOrEqual(40);
  expect(goldenNames()).toEqual(mistakes.map(({ name }) => goldenName(name)).toSorted());
});

describe.each(mistakes.map((mistake) => [mistake.name, mistake] as const))("%s", (_, mistake) => {
  test("is explained as it should be; bun run renew writes the files anew", () => {
    expect(mistake.explained).toBe(readFileSync(mistake.goldenPath, "utf8"));
  });

  test("has a problem, each with what to do about it, and tells no secret", () => {
    expect(mistake.problems).not.toBeEmpty();
    expect(mistake.problems.map(({ fix }) => fix)).not.toContain(undefined);
    expect(mistake.explained).not.toContain("hunter2");
  });
});
