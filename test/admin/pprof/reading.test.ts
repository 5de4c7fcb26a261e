import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Profile, StringTable } from "pprof-format";
import { formatOf, partsOf, profilePart, unpacked } from "../../../src/admin/pprof/body_parts.ts";
import { CallTree } from "../../../src/admin/pprof/call_tree.ts";
import { drawFlameGraph } from "../../../src/admin/pprof/flame_graph.ts";
import { addFolded } from "../../../src/admin/pprof/folded.ts";
import { valueTypesOf } from "../../../src/admin/pprof/pprof_scan.ts";
import { addPprof, encodePprof } from "../../../src/admin/pprof/pprof_tree.ts";
import { addProfile, defaultType, readProfile } from "../../../src/admin/pprof/read_profile.ts";
import { sampleForm, samplePprof } from "./sample_pprof.ts";

/** A request as an SDK sent it. */
function captured(name: string): { contentType: string; contentEncoding: string; bytes: Uint8Array } {
  const path = join(import.meta.dir, "..", "..", "wire", "captures", name);
  const { headers } = JSON.parse(readFileSync(`${path}.json`, "utf8")) as { headers: [string, string][] };
  const header = (wanted: string) => headers.find(([one]) => one.toLowerCase() === wanted)?.[1] ?? "";
  return {
    contentType: header("content-type"),
    contentEncoding: header("content-encoding"),
    bytes: readFileSync(`${path}.body`),
  };
}

const sent = { name: undefined, units: "" };

describe("what SDKs send is read", () => {
  test.each([
    ["pyroscope-go/0000", "pprof", ["process_cpu:samples:count", "process_cpu:cpu:nanoseconds"]],
    [
      "pyroscope-go/0001",
      "pprof",
      [
        "memory:alloc_objects:count",
        "memory:alloc_space:bytes",
        "memory:inuse_objects:count",
        "memory:inuse_space:bytes",
      ],
    ],
    [
      "pyroscope-nodejs/0000",
      "pprof",
      ["wall:samples:count", "wall:wall:nanoseconds", "wall:cpu:nanoseconds"],
    ],
    ["pyroscope-java/0000", "jfr", []],
    ["curl-pprof/0000", "pprof", ["process_cpu:samples:count", "process_cpu:cpu:nanoseconds"]],
    ["curl-folded/0000", "folded", ["folded:samples:count"]],
  ])("%s is %s", async (name, format, types) => {
    const read = await readProfile({ ...captured(name), ...sent });
    expect(read.format).toBe(format as typeof read.format);
    expect(read.types.map(({ id }) => id)).toEqual(types);
  });

  test("the graph of Go's CPU profile has all of its values", async () => {
    const read = await readProfile({ ...captured("pyroscope-go/0000"), ...sent });
    const type = defaultType(read.types);
    expect(type?.sample_type).toBe("cpu");
    const tree = new CallTree(1);
    if (type !== undefined) addProfile(tree, 0, read, type);
    const expected = Profile.decode(read.bytes).sample.reduce((sum, { value }) => sum + Number(value[1]), 0);
    const { total, functions } = drawFlameGraph(tree, 4096);
    expect(total).toBe(expected);
    expect(functions.some(({ name }) => name.startsWith("runtime."))).toBe(true);
  });

  test("the parts of Java's form, and which of them is the profile", async () => {
    const parts = await partsOf(captured("pyroscope-java/0000"));
    expect(parts.map(({ name }) => name)).toContain("jfr");
    expect((await profilePart(parts))?.name).toBe("jfr");
  });
});

test("what Go calls mutex and block is told apart, though the values are alike", async () => {
  const types = [
    ["contentions", "count"],
    ["delay", "nanoseconds"],
  ] as const;
  const config = JSON.stringify({ contentions: { "display-name": "mutex_count" }, delay: {} });
  const profile = samplePprof({ main: [1, 2] }, types);
  const idsOf = async (parts: Parameters<typeof sampleForm>[0]) => {
    const form = { ...(await sampleForm(parts)), contentEncoding: "" };
    return (await readProfile({ ...form, ...sent })).types.map(({ id }) => id);
  };
  expect(await idsOf({ profile, sample_type_config: config })).toEqual([
    "mutex:contentions:count",
    "mutex:delay:nanoseconds",
  ]);
  expect(await idsOf({ profile })).toEqual(["block:contentions:count", "block:delay:nanoseconds"]);
  expect(await idsOf({ profile, sample_type_config: "{broken" })).toEqual([
    "block:contentions:count",
    "block:delay:nanoseconds",
  ]);
});

test("Push calls its profiles by their names", async () => {
  const bytes = Bun.gzipSync(samplePprof({ main: 1 }));
  const read = await readProfile({ bytes, contentType: "", contentEncoding: "", name: "my_cpu", units: "" });
  expect(read.types.map(({ id }) => id)).toEqual(["my_cpu:cpu:nanoseconds"]);
});

test("gzip around the whole, around a part, and inside a form all open", async () => {
  const plain = samplePprof({ "main;work": 5 });
  const form = await sampleForm({ profile: Bun.gzipSync(plain) });
  const bodies = [
    { bytes: plain, contentType: "", contentEncoding: "" },
    { bytes: Bun.gzipSync(plain), contentType: "", contentEncoding: "" },
    { bytes: Bun.gzipSync(plain), contentType: "", contentEncoding: "gzip" },
    { bytes: Bun.gzipSync(Bun.gzipSync(plain)), contentType: "", contentEncoding: "gzip" },
    { ...form, contentEncoding: "" },
    { ...form, bytes: Bun.gzipSync(form.bytes), contentEncoding: "gzip" },
  ];
  for (const body of bodies)
    expect((await readProfile({ ...body, ...sent })).bytes).toEqual(Buffer.from(plain));
});

describe("what can't be read is told", () => {
  const body = (bytes: Uint8Array, contentType = "", contentEncoding = "") => ({
    bytes,
    contentType,
    contentEncoding,
  });

  test.each([
    [
      "a form without a boundary",
      body(new Uint8Array([1]), "multipart/form-data; x=y"),
      "the multipart form can't be read",
    ],
    [
      "gzip that is cut off",
      body(Bun.gzipSync(Buffer.from("x".repeat(1000))).subarray(0, 20)),
      "gzip that can't be unpacked",
    ],
    ["another encoding", body(new Uint8Array([1]), "", "br"), 'bodies in the encoding "br" can\'t be read'],
  ])("%s", async (_, sentBody, problem) => {
    await expect(readProfile({ ...sentBody, ...sent })).rejects.toThrow(problem);
  });

  test("a bomb", async () => {
    const bomb = Bun.gzipSync(new Uint8Array(65 * 1024 * 1024));
    await expect(unpacked(bomb)).rejects.toThrow("more than 67108864 bytes when unpacked");
  });
});

describe("by content", () => {
  test.each([
    ["main;work 5\nmain 3\n", "folded"],
    ["main;work", "unknown"],
    ['{"a": 1}', "json"],
    ["FLR\0\0\x01", "jfr"],
    ["", "unknown"],
  ] as const)("%j is %s", async (text, format) => {
    expect(await formatOf(Buffer.from(text))).toBe(format);
  });

  test("pprof is known, gzipped or not, and no other bytes are", async () => {
    const pprof = samplePprof({ main: 1 });
    expect(await Promise.all([formatOf(pprof), formatOf(Bun.gzipSync(pprof))])).toEqual(["pprof", "pprof"]);
    expect(await formatOf(new Uint8Array([0x80, 0x01]))).toBe("unknown");
  });
});

test("no bytes make any of it fail but as expected", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      const types = valueTypesOf(bytes);
      expect(types === undefined || Array.isArray(types)).toBe(true);
      const read = await readProfile({ bytes, contentType: "", contentEncoding: "", ...sent });
      expect(read.format).toBeString();
    }),
  );
});

test("a profile that is cut anywhere is read or refused", () => {
  const whole = samplePprof({ "main;a": 1, "main;b;c": 2 });
  for (let length = 0; length < whole.byteLength; length += 1) {
    const tree = new CallTree(1);
    try {
      addPprof(tree, 0, whole.subarray(0, length), 0);
      expect(drawFlameGraph(tree, 100).total).toBeLessThanOrEqual(3);
    } catch (thrown) {
      expect(thrown).toMatchObject({ name: "CodedError", code: "invalid_argument" });
    }
  }
});

const stack = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 5 });
const stacks = fc.dictionary(
  stack.map((frames) => frames.join(";")),
  fc.integer({ min: 1, max: 1_000_000 }),
  { maxKeys: 10, minKeys: 1 },
);

test("what is written as pprof is read back the same, and scanned as it is decoded", () => {
  fc.assert(
    fc.property(stacks, (all) => {
      const tree = new CallTree(1);
      addFolded(
        tree,
        0,
        Buffer.from(
          Object.entries(all)
            .map(([frames, value]) => `${frames} ${value}`)
            .join("\n"),
        ),
      );
      const facts = { type: { type: "cpu", unit: "nanoseconds" }, timeMs: 1, durationMs: 2, period: 3 };
      const bytes = encodePprof(tree, 0, facts);
      expect(valueTypesOf(bytes)).toEqual([facts.type]);
      const again = new CallTree(1);
      addPprof(again, 0, bytes, 0);
      expect(drawFlameGraph(again, 1000)).toEqual(drawFlameGraph(tree, 1000));
      const decoded = Profile.decode(bytes);
      expect([decoded.timeNanos, decoded.durationNanos, decoded.period].map(Number)).toEqual([1e6, 2e6, 3]);
    }),
  );
});

test("what is too large to be decoded is refused", () => {
  const bytes = Buffer.alloc(16 * 1024 * 1024 + 1, "main;a 1\n");
  const type = { id: "x", name: "x", sample_type: "samples", unit: "count", index: 0 };
  const profile = { format: "folded", bytes, types: [type] } as const;
  expect(() => addProfile(new CallTree(1), 0, profile, type)).toThrow("more than 16777216 bytes");
});

test.each([
  ["samples", [0x12, 0x00]],
  ["labels of a sample", [0x12, 0x04, 0x1a, 0x00, 0x1a, 0x00]],
  ["functions", [0x2a, 0x00]],
])("a profile that becomes very many %s is refused", (_, unit) => {
  const head = samplePprof({ main: 1 });
  const bytes = Buffer.concat([head, Buffer.alloc(1_000_002, Buffer.from(unit))]);
  expect(() => addPprof(new CallTree(1), 0, bytes, 0)).toThrow("more than 500000 samples, labels and calls");
});

test("a location with more calls than a stack may have is cut", () => {
  const stringTable = new StringTable();
  const bytes = new Profile({
    stringTable,
    sampleType: [{ type: stringTable.dedup("samples"), unit: stringTable.dedup("count") }],
    function: [{ id: 1, name: stringTable.dedup("f") }],
    location: [{ id: 1, line: Array.from({ length: 200_000 }, () => ({ functionId: 1 })) }],
    sample: [{ locationId: [1, 1, 1], value: [2] }],
  }).encode();
  const tree = new CallTree(1);
  addPprof(tree, 0, bytes, 0);
  expect([drawFlameGraph(tree, 100).total, tree.nodes]).toEqual([2, 4097]);
});

test("folded text that is made to be slow is not", async () => {
  const bytes = Buffer.from(`a 1\n${`b${" ".repeat(1_000_000)}x`} 2\n`);
  const tree = new CallTree(1);
  const startedAt = performance.now();
  addFolded(tree, 0, bytes);
  expect([drawFlameGraph(tree, 10).total, performance.now() - startedAt < 1000]).toEqual([3, true]);
});

test("inlined calls and missing symbols have their place", () => {
  const stringTable = new StringTable();
  const text = (name: string) => stringTable.dedup(name);
  const bytes = new Profile({
    stringTable,
    sampleType: [{ type: text("samples"), unit: text("count") }],
    mapping: [{ id: 1, filename: text("libx.so") }],
    function: [
      { id: 1, name: text("outer") },
      { id: 2, name: text("inner") },
    ],
    location: [
      { id: 1, line: [{ functionId: 2 }, { functionId: 1 }] },
      { id: 2, mappingId: 1, address: 0xabc },
    ],
    sample: [
      { locationId: [2, 1], value: [2] },
      { locationId: [1], value: [-5] },
    ],
  }).encode();
  const tree = new CallTree(1);
  addPprof(tree, 0, bytes, 0);
  const { nodes, functions } = drawFlameGraph(tree, 100);
  expect(nodes.map(({ function: index }) => functions[index]?.name)).toEqual([
    undefined,
    "outer",
    "inner",
    "0xabc",
  ]);
  expect(functions.find(({ name }) => name === "0xabc")?.file).toBe("libx.so");
});
