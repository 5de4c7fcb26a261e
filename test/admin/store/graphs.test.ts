import { describe, expect, test } from "bun:test";
import { CallTree } from "../../../src/admin/pprof/call_tree.ts";
import { drawFlameGraph } from "../../../src/admin/pprof/flame_graph.ts";
import { addPprof } from "../../../src/admin/pprof/pprof_tree.ts";
import { sampleForm, samplePprof } from "../pprof/sample_pprof.ts";
import { StoredProfilesBed } from "./stored_profiles.ts";

const type = "process_cpu:cpu:nanoseconds";
const labels = { __name__: "process_cpu", service_name: "shop" };
const all = { match: "" };

describe("profiles that match are merged", () => {
  test("from Push and /ingest, gzipped, plain and in forms", async () => {
    using bed = new StoredProfilesBed();
    bed.add(10, labels, samplePprof({ "main;a": 1 }));
    bed.add(20, labels, Bun.gzipSync(samplePprof({ "main;a": 10 })), { store: 1 });
    const ingest = { kind: "ingest" } as const;
    bed.add(30, labels, samplePprof({ "main;b": 100 }), { ...ingest, contentType: "" });
    const form = await sampleForm({ profile: Bun.gzipSync(samplePprof({ "main;b": 1000 })) });
    bed.add(40, labels, form.bytes, { ...ingest, contentType: form.contentType });
    bed.add(50, { ...labels, service_name: "cart" }, samplePprof({ main: 5 }));
    const graph = await bed.calls.flameGraph(bed.stores, { match: '{service_name="shop"}' }, type, 100);
    expect(graph).toMatchObject({
      type: { id: type, sample_type: "cpu", unit: "nanoseconds" },
      total: 1111,
      functions: [
        { name: "b", file: "b.go", self: 1100, total: 1100 },
        { name: "a", self: 11, total: 11 },
        { name: "main", self: 0, total: 1111 },
      ],
      merged: { profiles: 4, left_out: 0, unreadable: 0, is_bounded: false, from: 10, until: 40 },
    });
    const later = await bed.calls.flameGraph(bed.stores, { match: "", from: 20, until: 30 }, type, 100);
    expect(later.total).toBe(110);
  });

  test("of the type alone, whatever else a profile holds", async () => {
    using bed = new StoredProfilesBed();
    const memory = samplePprof({ main: [3, 7] }, [
      ["inuse_objects", "count"],
      ["inuse_space", "bytes"],
    ]);
    bed.add(1, { ...labels, __name__: "memory" }, memory);
    bed.add(2, labels, samplePprof({ main: 5 }));
    const graph = await bed.calls.flameGraph(bed.stores, all, "memory:inuse_space:bytes", 100);
    expect([graph.total, graph.merged.profiles, graph.types.map(({ id }) => id)]).toEqual([
      7,
      1,
      ["memory:inuse_objects:count", "memory:inuse_space:bytes"],
    ]);
  });

  test("folded text too", async () => {
    using bed = new StoredProfilesBed();
    for (const time of [1, 2]) bed.add(time, labels, Buffer.from("main;a 4\nmain;b 1\n"), { kind: "ingest" });
    expect((await bed.calls.flameGraph(bed.stores, all, "folded:samples:count", 100)).total).toBe(10);
  });

  test("what can't be read is counted with the reason, and does not keep the others out", async () => {
    using bed = new StoredProfilesBed();
    bed.add(1, labels, Buffer.from([0x1f, 0x8b, 0]));
    bed.add(2, labels, samplePprof({ main: 5 }));
    expect((await bed.calls.flameGraph(bed.stores, all, type, 100)).merged).toMatchObject({
      profiles: 1,
      unreadable: 1,
      unreadable_reason: "gzip that can't be unpacked",
    });
  });

  test("for ten seconds at the most; the others are counted as left out", async () => {
    using bed = new StoredProfilesBed();
    for (let time = 1; time <= 5; time += 1) bed.add(time, labels, samplePprof({ main: 1 }));
    let looks = 0;
    Object.defineProperty(bed, "nowMs", { get: () => looks++ * 4000 });
    const { merged, total } = await bed.calls.flameGraph(bed.stores, all, type, 100);
    expect([total, merged.profiles, merged.left_out, merged.from]).toEqual([2, 2, 3, 4]);
  });

  test("nothing gives an empty graph of the type asked for", async () => {
    using bed = new StoredProfilesBed();
    const graph = await bed.calls.flameGraph(bed.stores, all, type, 100);
    expect(graph).toMatchObject({ type: { id: type, unit: "nanoseconds" }, total: 0, types: [] });
    expect(graph.merged).toMatchObject({ profiles: 0, from: null, until: null });
  });
});

test("the difference of two ranges, or of two selections", async () => {
  using bed = new StoredProfilesBed();
  bed.add(10, labels, samplePprof({ "main;a": 30, "main;b": 10 }));
  bed.add(20, labels, samplePprof({ "main;b": 20 }));
  const diff = await bed.calls.difference(
    bed.stores,
    { match: "", until: 15 },
    { match: "", from: 15 },
    type,
    100,
  );
  expect(diff).toMatchObject({
    type: { id: type },
    left_total: 40,
    right_total: 20,
    left_merged: { profiles: 1, from: 10 },
    right_merged: { profiles: 1, from: 20 },
  });
  expect(diff.functions[0]).toMatchObject({ left_self: 30, right_self: 0 });
});

test("everything that matches as one pprof for other tools", async () => {
  using bed = new StoredProfilesBed();
  for (const value of [1, 2]) bed.add(value * 1000, labels, samplePprof({ "main;a": value }));
  const bytes = Bun.gunzipSync((await bed.calls.pprof(bed.stores, all, type)) as Uint8Array<ArrayBuffer>);
  const tree = new CallTree(1);
  addPprof(tree, 0, bytes, 0);
  expect(drawFlameGraph(tree, 10)).toMatchObject({
    total: 3,
    functions: [{ name: "a", file: "a.go" }, { name: "main" }],
  });
});

describe("one profile", () => {
  const cpuAndCount = samplePprof({ main: [2, 20] }, [
    ["samples", "count"],
    ["cpu", "nanoseconds"],
  ]);

  test("that is stored is drawn by the type that people look at first, or another", async () => {
    using bed = new StoredProfilesBed();
    bed.add(1, labels, cpuAndCount);
    const [profile] = (await bed.calls.page(bed.stores, { match: "", limit: 1 })).profiles;
    const id = profile?.id ?? "";
    expect((await bed.calls.storedGraph(bed.stores, id, undefined, 10))?.total).toBe(20);
    expect((await bed.calls.storedGraph(bed.stores, id, "process_cpu:samples:count", 10))?.total).toBe(2);
    await expect(bed.calls.storedGraph(bed.stores, id, "x:y:z", 10)).rejects.toThrow(
      "the profile has no values of the type x:y:z",
    );
    expect(await bed.calls.storedGraph(bed.stores, "none", undefined, 10)).toBeUndefined();
  });

  test.each([
    ["FLR\0....", "JFR is not drawn here: a viewer that reads it takes the raw profile"],
    ["{}", "there is nothing to draw: the format is json"],
    ["whatever", "there is nothing to draw: the format is unknown"],
  ])("%j is not drawn, and it says why", async (text, problem) => {
    using bed = new StoredProfilesBed();
    const sent = {
      bytes: Buffer.from(text),
      contentType: "",
      contentEncoding: "",
      name: undefined,
      units: "",
    };
    await expect(bed.calls.sentGraph(sent, undefined, 10, 1)).rejects.toThrow(problem);
  });
});
