import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { clientAddressLabel, type LabelSet } from "../../src/profile/label_set.ts";
import { Relabeler } from "../../src/relabel/relabeler.ts";
import { buildRule, type Rule } from "../../src/relabel/rule.ts";
import { ruleProblems } from "../../src/relabel/rule_problems.ts";
import { ruleActions } from "../../src/relabel/schema.ts";
import { anyText } from "../base/any_text.ts";
import { type GivenRule, ruleArguments } from "./rule_arguments.ts";

/** A relabeler and what it tells. */
class RelabelerBed {
  readonly relabeler: Relabeler;
  readonly lookups: boolean[] = [];
  readonly ruledOut: LabelSet[] = [];
  applied = 0;

  constructor(rules: readonly GivenRule[], maxCacheSize = 10) {
    const counted = ruleArguments(...rules).map((args): Rule => {
      const rule = buildRule(args);
      return {
        reads: (name) => rule.reads(name),
        apply: (labels) => {
          this.applied += 1;
          return rule.apply(labels);
        },
      };
    });
    this.relabeler = new Relabeler(counted, maxCacheSize, {
      lookedUp: (isHit) => this.lookups.push(isHit),
      ruledOut: (labels) => this.ruledOut.push(labels),
    });
  }

  /** What becomes of the labels; undefined where they are dropped. */
  relabel(labels: Readonly<Record<string, string>>, address?: string): LabelSet | undefined {
    const relabeled = this.relabeler.relabel(new Map(Object.entries(labels)), address);
    return relabeled.type === "labels" ? relabeled.labels : undefined;
  }

  /** The same, as plain data. */
  plain(labels: Readonly<Record<string, string>>, address?: string): Record<string, string> | undefined {
    const relabeled = this.relabel(labels, address);
    return relabeled && Object.fromEntries(relabeled);
  }
}

describe("the cache", () => {
  test("equal label sets get the same answer without a rule being run", () => {
    const bed = new RelabelerBed([{ source_labels: ["a"], target_label: "copy" }]);
    const first = bed.relabel({ a: "1" });
    const second = bed.relabel({ a: "1" });
    expect(first).toEqual(
      new Map([
        ["a", "1"],
        ["copy", "1"],
      ]),
    );
    expect(second).toBe(first as LabelSet);
    expect(bed.applied).toBe(1);
    expect(bed.lookups).toEqual([false, true]);
  });

  test("labels that no rule changes come back as they are", () => {
    const { relabeler } = new RelabelerBed([{ source_labels: ["a"], regex: "x", target_label: "b" }]);
    const labels = new Map([["a", "1"]]);
    expect(relabeler.relabel(labels, undefined)).toEqual({ type: "labels", labels });
    const relabeled = relabeler.relabel(labels, undefined);
    expect(relabeled.type === "labels" && relabeled.labels === labels).toBe(true);
  });

  test("a drop is remembered as a drop, whichever way it came about", () => {
    const bed = new RelabelerBed([
      { source_labels: ["env"], regex: "dev", action: "drop" },
      { regex: "env", action: "labeldrop" },
    ]);
    expect([1, 2, 3].map(() => bed.relabel({ env: "dev" }))).toEqual([undefined, undefined, undefined]);
    expect([1, 2, 3].map(() => bed.relabel({ env: "prod" }))).toEqual([undefined, undefined, undefined]);
    expect(bed.lookups).toEqual([false, true, true, false, true, true]);
    expect(bed.ruledOut.map((labels) => labels.get("env"))).toEqual(["dev", "prod"]);
  });

  test("it forgets what was used longest ago", () => {
    const bed = new RelabelerBed([{ target_label: "x", replacement: "y" }], 2);
    for (const value of ["1", "2", "1", "3", "1", "2"]) bed.relabel({ a: value });
    expect(bed.lookups).toEqual([false, false, true, false, true, false]);
    expect(bed.relabeler.cacheSize).toBe(2);
  });

  test("it can be resized, and begins anew", () => {
    const bed = new RelabelerBed([{ target_label: "x", replacement: "y" }], 2);
    for (const value of ["1", "2"]) bed.relabel({ a: value });
    bed.relabeler.resizeCache(3);
    expect(bed.relabeler.cacheSize).toBe(0);
    for (const value of ["1", "2", "3", "4"]) bed.relabel({ a: value });
    expect(bed.relabeler.cacheSize).toBe(3);
  });

  test("no value can be made to look like other labels", () => {
    const bed = new RelabelerBed([{ source_labels: ["c"], regex: "", action: "drop" }]);
    expect(bed.relabel({ a: "b\u0000c\u0000d" })).toBeUndefined();
    expect(bed.relabel({ a: 'b","c","d' })).toBeUndefined();
    expect(bed.relabel({ a: "b,c,d" })).toBeUndefined();
    expect(bed.plain({ a: "b", c: "d" })).toEqual({ a: "b", c: "d" });
  });

  test("label sets of unusual size are not remembered", () => {
    const bed = new RelabelerBed([
      { source_labels: ["a"], regex: "x+", target_label: "b", replacement: "y" },
    ]);
    const large = { a: "x".repeat(10_000) };
    expect(bed.plain(large)).toEqual({ ...large, b: "y" });
    expect(bed.plain(large)).toEqual({ ...large, b: "y" });
    expect(bed.lookups).toEqual([false, false]);
    expect(bed.relabeler.cacheSize).toBe(0);
  });

  test("a label set without labels passes by", () => {
    const bed = new RelabelerBed([
      { target_label: "a", replacement: "b" },
      { action: "keep", regex: "no" },
    ]);
    expect(bed.relabeler.relabel(new Map(), "10.0.0.1")).toEqual({ type: "labels", labels: new Map() });
    expect(bed.lookups).toEqual([]);
  });
});

describe("the sender's address", () => {
  test("is a label for the rules and for them alone", () => {
    const bed = new RelabelerBed([{ source_labels: [clientAddressLabel], target_label: "from" }]);
    expect(bed.relabeler.seesClientAddress).toBe(true);
    expect(bed.plain({ a: "1" }, "10.0.0.1")).toEqual({ a: "1", from: "10.0.0.1" });
    expect(bed.plain({ a: "1" }, "10.0.0.2")).toEqual({ a: "1", from: "10.0.0.2" });
    expect(bed.plain({ a: "1" })).toEqual({ a: "1" });
    expect(bed.lookups).toEqual([false, false, false]);
    expect(bed.plain({ a: "1" }, "10.0.0.2")).toEqual({ a: "1", from: "10.0.0.2" });
    expect(bed.lookups).toEqual([false, false, false, true]);
  });

  test("takes no part where no rule can tell", () => {
    const bed = new RelabelerBed([
      { source_labels: ["a"], target_label: "b" },
      { regex: "__meta_.*", action: "labeldrop" },
    ]);
    expect(bed.relabeler.seesClientAddress).toBe(false);
    expect(bed.relabel({ a: "1" }, "10.0.0.1")).toBe(bed.relabel({ a: "1" }, "10.0.0.2") as LabelSet);
    expect(bed.lookups).toEqual([false, true]);
  });

  test.each<[GivenRule, Record<string, string> | undefined]>([
    [{ source_labels: [clientAddressLabel], regex: "10\\..*", action: "drop" }, undefined],
    [{ source_labels: [clientAddressLabel], regex: "10\\..*", action: "keep" }, { a: "10.0.0.1" }],
    [
      { regex: "__meta_(client)_.*", action: "labelmap" },
      { a: "10.0.0.1", client: "10.0.0.1" },
    ],
    [{ source_labels: ["a"], target_label: clientAddressLabel, action: "dropequal" }, undefined],
    [{ source_labels: ["a"], target_label: clientAddressLabel, action: "keepequal" }, { a: "10.0.0.1" }],
    [{ regex: "a", action: "labeldrop" }, undefined],
    [{ regex: "__meta_.*", action: "labelkeep" }, undefined],
    [{ target_label: clientAddressLabel, replacement: "set" }, { a: "10.0.0.1" }],
  ])("with %j", (rule, expected) => {
    expect(new RelabelerBed([rule]).plain({ a: "10.0.0.1" }, "10.0.0.1")).toEqual(expected);
  });

  test("can't be claimed by the sender", () => {
    const claimed = { a: "1", [clientAddressLabel]: "10.0.0.1" };
    const seeing = new RelabelerBed([{ source_labels: [clientAddressLabel], target_label: "from" }]);
    expect(seeing.plain(claimed, "192.0.2.1")).toEqual({ a: "1", from: "192.0.2.1" });
    expect(seeing.plain(claimed)).toEqual({ a: "1" });
    expect(new RelabelerBed([]).plain(claimed, "192.0.2.1")).toEqual({ a: "1" });
  });
});

describe("any labels and rules", () => {
  const text = anyText({ maxLength: 8 });
  const labelName = fc.oneof(fc.constantFrom("a", "b", "__name__", clientAddressLabel), text);
  const labels = fc
    .array(
      fc.tuple(
        labelName,
        text.filter((value) => value !== ""),
      ),
      { maxLength: 5 },
    )
    .map((pairs) => new Map(pairs));
  const template = fc.oneof(fc.constantFrom("$1", "a", "b_$1", "${2}"), text);
  const rule = fc
    .record({
      source_labels: fc.array(labelName, { maxLength: 3 }),
      separator: text,
      regex: fc.constantFrom("(.*)", "(a)|(.*)", "[^a](.)", "\\pL*", ""),
      modulus: fc.nat(3),
      target_label: template,
      replacement: template,
      action: fc.constantFrom(...ruleActions),
    })
    .filter((args) => ruleProblems(args).length === 0);

  test("relabelling never throws, never changes its input, and says the same twice", () => {
    fc.assert(
      fc.property(
        labels,
        fc.array(rule, { maxLength: 4 }),
        fc.option(text, { nil: undefined }),
        (given, rules, from) => {
          const before = [...given];
          const observer = { lookedUp: () => {}, ruledOut: () => {} };
          const cached = new Relabeler(rules.map(buildRule), 10, observer);
          const first = cached.relabel(given, from);
          expect([...given]).toEqual(before);
          expect(cached.relabel(new Map(given), from)).toEqual(first);
          expect(new Relabeler(rules.map(buildRule), 10, observer).relabel(given, from)).toEqual(first);
        },
      ),
    );
  });

  test("what is passed on has labels, values in all of them, and no address", () => {
    fc.assert(
      fc.property(
        labels.filter((given) => given.size > 0),
        fc.array(rule, { maxLength: 4 }),
        (given, rules) => {
          const observer = { lookedUp: () => {}, ruledOut: () => {} };
          const relabeled = new Relabeler(rules.map(buildRule), 10, observer).relabel(given, "10.0.0.1");
          const passedOn = relabeled.type === "labels" ? relabeled.labels : new Map([["dropped", "yes"]]);
          expect(passedOn.size).toBeGreaterThan(0);
          expect([...passedOn.values()]).not.toContain("");
          expect(passedOn.has(clientAddressLabel)).toBe(false);
        },
      ),
    );
  });
});
