import { describe, expect, test } from "bun:test";
import type { ComponentDefinition } from "../../src/component/definition.ts";
import type { ComponentConfig } from "../../src/config/load_config.ts";
import { downstreamFirst, referenceProblems } from "../../src/config/references.ts";

function component(label: string, ...forwardTo: readonly string[]): ComponentConfig {
  return { id: `t.${label}`, type: "t", label, source: {}, forwardTo: forwardTo.map((one) => `t.${one}`) };
}

const definitions = [{ type: "t", isReceiver: true }] as unknown as ComponentDefinition[];

function problems(...components: readonly ComponentConfig[]): string[] {
  return referenceProblems(components, definitions).map(
    ({ path, message }) => `${path.join(" ")}: ${message}`,
  );
}

describe("a circle is told at each of its references", () => {
  test("of one", () => {
    expect(problems(component("a", "a"))).toEqual([
      "t a forward_to 0: the profiles would come back: t.a forwards to t.a again",
    ]);
  });

  test("of three, and not at what leads into it", () => {
    const told = problems(component("x", "a"), component("a", "b"), component("b", "c"), component("c", "a"));
    expect(told.map((problem) => problem.slice(0, 3))).toEqual(["t a", "t b", "t c"]);
  });
});

test("a diamond is no circle", () => {
  expect(
    problems(component("a", "b", "c"), component("b", "d"), component("c", "d"), component("d")),
  ).toEqual([]);
});

describe("downstreamFirst", () => {
  test("puts each component after everything that it forwards to", () => {
    const all = [component("a", "b", "c"), component("b", "d"), component("c", "d"), component("d")];
    expect(downstreamFirst(all).map(({ label }) => label)).toEqual(["d", "b", "c", "a"]);
  });

  test("keeps all, whatever the order that they come in", () => {
    const all = [component("d"), component("a", "b"), component("e"), component("b", "d")];
    const ordered = downstreamFirst(all).map(({ label }) => label);
    expect(ordered.toSorted()).toEqual(["a", "b", "d", "e"]);
    expect(ordered.indexOf("b")).toBeLessThan(ordered.indexOf("a"));
  });

  test("copes with references that lead nowhere", () => {
    expect(downstreamFirst([component("a", "none")])).toHaveLength(1);
  });
});
