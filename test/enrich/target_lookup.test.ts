import { describe, expect, test } from "bun:test";
import { TargetLookup } from "../../src/enrich/target_lookup.ts";

interface Given {
  readonly targets: readonly Readonly<Record<string, string>>[];
  readonly copy?: string[];
}

function lookupOf({ targets, copy = [] }: Given): TargetLookup {
  const maps = targets.map((target) => new Map(Object.entries(target)));
  return new TargetLookup(maps, { forward_to: [], target_match_label: "host", labels_to_copy: copy });
}

const profile = { host: "h1", team: "own", app: "a" };

describe("a profile of host h1", () => {
  test.each<[string, Given, Record<string, string>]>([
    ["gets all labels", { targets: [{ host: "h1", zone: "z" }] }, { ...profile, zone: "z" }],
    ["has its own replaced", { targets: [{ host: "h1", team: "red" }] }, { ...profile, team: "red" }],
    [
      "gets those of the last target",
      { targets: [{ host: "h1", zone: "z", rack: "r" }, { host: "h2" }, { host: "h1", zone: "y" }] },
      { ...profile, zone: "y" },
    ],
    ["gets nothing of another", { targets: [{ host: "h2", zone: "z" }] }, profile],
    ["gets nothing of one without the label", { targets: [{ zone: "z" }, { host: "", zone: "y" }] }, profile],
    [
      "gets what is named",
      { targets: [{ host: "h1", zone: "z", rack: "r" }], copy: ["rack"] },
      { ...profile, rack: "r" },
    ],
    ["gets nothing where none of it is there", { targets: [{ host: "h1" }], copy: ["rack"] }, profile],
    ["loses what the target has empty", { targets: [{ host: "h1", team: "" }] }, { host: "h1", app: "a" }],
    ["keeps it where it is named", { targets: [{ host: "h1", team: "" }], copy: ["team"] }, profile],
    ["gets reserved labels too", { targets: [{ host: "h1", __meta: "m" }] }, { ...profile, __meta: "m" }],
    ["gets no sender's address", { targets: [{ host: "h1", __meta_client_address: "x" }] }, profile],
  ])("%s", (_name, given, expected) => {
    const labels = new Map(Object.entries(profile));
    expect(Object.fromEntries(lookupOf(given).enrich(labels, "h1"))).toEqual(expected);
    expect(Object.fromEntries(labels)).toEqual(profile);
  });
});

test("labels that get nothing are the very same", () => {
  const labels = new Map(Object.entries(profile));
  expect(lookupOf({ targets: [{ host: "h1", zone: "z" }] }).enrich(labels, "h3")).toBe(labels);
  expect(lookupOf({ targets: [{ host: "h1", zone: "z" }] }).enrich(labels, "")).toBe(labels);
});

test("its size is the number of targets that can be found", () => {
  expect(lookupOf({ targets: [{ host: "h1" }, { host: "h1" }, { host: "h2" }, { zone: "z" }] }).size).toBe(2);
});
