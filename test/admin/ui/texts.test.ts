import { expect, test } from "bun:test";
import { filterReference } from "../../../src/admin/ui/config/filter_reference.ts";
import { changeColor, frameColor } from "../../../src/admin/ui/flame/colors.ts";
import { readablePath } from "../../../src/admin/ui/queues/readable_path.ts";
import { snippetsFor } from "../../../src/admin/ui/start/snippets.ts";

test("there are lines for each SDK, all with the address", () => {
  const snippets = snippetsFor("http://127.0.0.1:4040");
  expect(snippets.map(({ name }) => name)).toEqual([
    "Go",
    "Java",
    "Python",
    "Node.js",
    "Rust",
    "Ruby",
    ".NET",
    "eBPF, through Alloy",
    "curl",
  ]);
  for (const { code } of snippets) expect(code).toContain("http://127.0.0.1:4040");
});

test("the reference is searched by component, path and meaning", () => {
  const one = { type: "string", is_required: false, default: null };
  const components = [
    {
      type: "pyroscope.write",
      description: "",
      arguments: [
        { ...one, path: "endpoint[].url", description: "Where to." },
        { ...one, path: "endpoint[].name", description: "What it is called." },
      ],
    },
    { type: "pyroscope.relabel", description: "", arguments: [] },
  ];
  const found = (search: string) =>
    filterReference(components, search).map(({ type, arguments: of }) => [type, of.length]);
  expect(found("")).toEqual([
    ["pyroscope.write", 2],
    ["pyroscope.relabel", 0],
  ]);
  expect(found("WHERE")).toEqual([["pyroscope.write", 1]]);
  expect(found("relabel")).toEqual([["pyroscope.relabel", 0]]);
  expect(found("nothing")).toEqual([]);
});

test("functions of one package have one hue, and a function always the same colour", () => {
  const hue = (name: string) => /hsl\((\d+)/.exec(frameColor(name))?.[1];
  expect(hue("github.com/a/b.F")).toBe(hue("github.com/a/c.G"));
  expect(frameColor("x.y")).toBe(frameColor("x.y"));
});

test("what grew is red, what shrank is blue, and what hardly changed is neither", () => {
  expect(changeColor(1)).toStartWith("hsl(6 ");
  expect(changeColor(-1)).toStartWith("hsl(212 ");
  expect(changeColor(0.01)).toBe(changeColor(0));
});

test("a path is told as a person would write it, and as it is where it can't be read", () => {
  expect(readablePath("/ingest?name=a%7Bb%3Dc%7D")).toBe("/ingest?name=a{b=c}");
  expect(readablePath("/ingest?name=%")).toBe("/ingest?name=%");
});
