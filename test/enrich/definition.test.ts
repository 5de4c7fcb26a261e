import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { enrichDefinition } from "../../src/enrich/definition.ts";
import { parseArguments, problemsOf } from "../relabel/component_bed.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

const forward_to = ["pyroscope.write.default.receiver"];
const least = { forward_to, targets: [], target_match_label: "host" };

test("what is left out has Alloy's defaults", () => {
  expect(parseArguments(enrichDefinition, least)).toEqual({ ...least, labels_to_copy: [] });
});

describe("arguments that are wrong", () => {
  test.each<[object, string[]]>([
    [{ forward_to, target_match_label: "host" }, ["targets: is required unless targets_files is given"]],
    [{ ...least, target_match_label: "" }, ["target_match_label: must not be empty"]],
    [{ ...least, profiles_match_label: "" }, ["profiles_match_label: must not be empty"]],
    [{ ...least, forward_to: [] }, ["forward_to: must name at least one receiver"]],
    [{ ...least, targets: { a: "b" } }, ["targets: expected a list"]],
    [{ ...least, targets: [{ a: 1 }] }, ["targets.0.a: expected a string: put it in quotes"]],
    [
      { ...least, targets: [{ a: "1" }, { "a-b": "1", "": "2" }] },
      [
        'targets.1.a-b: the label name "a-b" may only hold letters, digits, "_" and "."',
        "targets.1.: a label has no name",
      ],
    ],
    [{ ...least, labels_to_copy: "a" }, ["labels_to_copy: expected a list"]],
  ])("%j", (args, expected) => {
    expect(problemsOf(enrichDefinition, args)).toEqual(expected);
  });
});

describe("files of targets", () => {
  let folder: TemporaryFolder;
  beforeAll(() => {
    folder = new TemporaryFolder();
  });
  afterAll(() => {
    folder[Symbol.dispose]();
  });

  test("are read before anything starts, and all that is wrong is told", () => {
    const targets_files = [
      folder.replace("good.json", '[{"targets": ["a"]}]'),
      folder.replace("broken.json", '[{"targets": "a"}]'),
      folder.replace("broken.yaml", "- targets: [a\n"),
      folder.file("missing.json"),
    ];
    expect(problemsOf(enrichDefinition, { forward_to, target_match_label: "host", targets_files })).toEqual([
      "targets_files.1: 0.targets: expected a list",
      expect.stringMatching(/^targets_files\.2: .+ at line \d+, column \d+$/),
      expect.stringMatching(/^targets_files\.3: can't be read: ENOENT/),
    ]);
  });
});
