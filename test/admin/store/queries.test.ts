import { describe, expect, test } from "bun:test";
import type { PageQuery } from "../../../src/admin/store/store_queries.ts";
import { sampleForm, samplePprof } from "../pprof/sample_pprof.ts";
import { StoredProfilesBed } from "./stored_profiles.ts";

const cpu = samplePprof({ "main;work": 5 });
const memory = samplePprof({ "main;alloc": [1, 2] }, [
  ["inuse_objects", "count"],
  ["inuse_space", "bytes"],
]);

const cpuLabels = { __name__: "process_cpu", service_name: "shop", env: "prod" };

/** All pages of a list, one after the other. */
async function pages(bed: StoredProfilesBed, query: Omit<PageQuery, "cursor">) {
  const times: number[][] = [];
  let cursor: string | undefined;
  do {
    const page = await bed.calls.page(bed.stores, { ...query, cursor });
    times.push(page.profiles.map(({ received_at }) => received_at));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return times;
}

describe("a list", () => {
  test("goes through all stores page by page, the newest first, each profile once", async () => {
    using bed = new StoredProfilesBed();
    for (let time = 1; time <= 7; time += 1) bed.add(time, cpuLabels, cpu, { store: time % 2 });
    for (let index = 0; index < 3; index += 1) bed.add(8, cpuLabels, cpu, { store: index % 2 });
    expect(await pages(bed, { match: "", limit: 3 })).toEqual([[8, 8, 8], [7, 6, 5], [4, 3, 2], [1]]);
    expect(await pages(bed, { match: "", limit: 10 })).toEqual([[8, 8, 8, 7, 6, 5, 4, 3, 2, 1]]);
  });

  test("holds what matches by labels and time", async () => {
    using bed = new StoredProfilesBed();
    bed.add(1, cpuLabels, cpu);
    bed.add(2, { ...cpuLabels, env: "dev" }, cpu);
    bed.add(3, { ...cpuLabels, service_name: "cart" }, cpu);
    bed.add(4, cpuLabels, cpu);
    const list = (match: string, range: { from?: number; until?: number } = {}) =>
      pages(bed, { match, limit: 100, ...range });
    expect(await list('{service_name="shop"}')).toEqual([[4, 2, 1]]);
    expect(await list('{service_name="shop",env=~"p.*"}')).toEqual([[4, 1]]);
    expect(await list('{env!="prod"}')).toEqual([[2]]);
    expect(await list("", { from: 2, until: 3 })).toEqual([[3, 2]]);
    expect(await list('{service_name="none"}')).toEqual([[]]);
  });

  test("holds those of a type alone, page by page", async () => {
    using bed = new StoredProfilesBed();
    for (let time = 1; time <= 6; time += 1)
      bed.add(time, { ...cpuLabels, __name__: time % 2 ? "process_cpu" : "memory" }, time % 2 ? cpu : memory);
    const type = "memory:inuse_space:bytes";
    expect(await pages(bed, { match: "", type, limit: 2 })).toEqual([[6, 4], [2]]);
  });

  test("tells all that is known of a profile", async () => {
    using bed = new StoredProfilesBed();
    bed.add(5, cpuLabels, cpu, { from: 1, until: 2, kind: "ingest", format: "x", contentEncoding: "gzip" });
    const { profiles } = await bed.calls.page(bed.stores, { match: "", limit: 1 });
    expect(profiles).toEqual([
      {
        id: expect.any(String),
        component_id: "pyroscope.local_store.s",
        received_at: 5,
        from: 1,
        until: 2,
        kind: "ingest",
        format: "x",
        content_type: "application/octet-stream",
        content_encoding: "gzip",
        service_name: "shop",
        labels: cpuLabels,
        bytes: expect.any(Number),
      },
    ]);
  });

  test("refuses a cursor that is none, and a selector that is wrong", async () => {
    using bed = new StoredProfilesBed();
    const ask = (query: Partial<PageQuery>) => bed.calls.page(bed.stores, { match: "", limit: 1, ...query });
    await expect(ask({ cursor: "'; DROP" })).rejects.toThrow("the cursor is none of ours");
    await expect(ask({ match: "{a" })).rejects.toThrow("at character 3");
  });

  test("of stores that have written nothing is empty", async () => {
    using bed = new StoredProfilesBed();
    const nowhere = [{ component_id: "pyroscope.local_store.s", path: "/no/such/file.sqlite" }];
    expect(await bed.calls.page(nowhere, { match: "", limit: 5 })).toEqual({
      profiles: [],
      next_cursor: null,
    });
  });
});

describe("what there is to choose from", () => {
  test("services, with sums over all stores", async () => {
    using bed = new StoredProfilesBed();
    bed.add(1, cpuLabels, cpu);
    bed.add(3, cpuLabels, cpu, { store: 1 });
    bed.add(2, { service_name: "cart" }, cpu);
    const { services } = await bed.calls.services(bed.stores, {});
    expect(services).toMatchObject([
      { name: "cart", profiles: 1, last_received_at: 2 },
      { name: "shop", profiles: 2, last_received_at: 3 },
    ]);
    expect((await bed.calls.services(bed.stores, { from: 2, until: 2 })).services).toHaveLength(1);
  });

  test("types, by what the profiles hold, JFR and what can't be read among them", async () => {
    using bed = new StoredProfilesBed();
    bed.add(1, cpuLabels, cpu);
    bed.add(2, cpuLabels, cpu, { store: 1 });
    bed.add(3, { service_name: "shop" }, memory, { kind: "ingest" });
    bed.add(4, { service_name: "shop" }, Buffer.from("FLR\0..."), { kind: "ingest", format: "jfr" });
    bed.add(5, { service_name: "shop" }, Buffer.from([0x1f, 0x8b, 1, 2]), { kind: "ingest" });
    bed.add(6, { service_name: "cart" }, Buffer.from("main;work 5"), { kind: "ingest" });
    const all = await bed.calls.types(bed.stores, { match: '{service_name="shop"}' });
    expect(all).toEqual({
      is_complete: true,
      types: [
        { id: "jfr", name: "jfr", sample_type: "jfr", unit: "", profiles: 1, is_mergeable: false },
        {
          id: "memory:inuse_objects:count",
          name: "memory",
          sample_type: "inuse_objects",
          unit: "count",
          profiles: 1,
          is_mergeable: true,
        },
        {
          id: "memory:inuse_space:bytes",
          name: "memory",
          sample_type: "inuse_space",
          unit: "bytes",
          profiles: 1,
          is_mergeable: true,
        },
        {
          id: "process_cpu:cpu:nanoseconds",
          name: "process_cpu",
          sample_type: "cpu",
          unit: "nanoseconds",
          profiles: 2,
          is_mergeable: true,
        },
      ],
    });
    expect((await bed.calls.types(bed.stores, { match: '{service_name="cart"}' })).types).toMatchObject([
      { id: "folded:samples:count" },
    ]);
  });

  test("types of more profiles than there is time for: the newest at first, the others when asked again", async () => {
    using bed = new StoredProfilesBed();
    for (let time = 1; time <= 5; time += 1) bed.add(time, cpuLabels, cpu);
    let looks = 0;
    // Every look at the clock takes as long as half of all that there is time for.
    Object.defineProperty(bed, "nowMs", { get: () => (looks++ % 6) * 750 });
    const first = await bed.calls.types(bed.stores, { match: "" });
    expect([first.is_complete, first.types[0]?.profiles ?? 0]).toEqual([false, 2]);
    const again = await bed.calls.types(bed.stores, { match: "" });
    expect(again.types[0]?.profiles ?? 0).toBeGreaterThan(2);
  });

  test("names and values of labels", async () => {
    using bed = new StoredProfilesBed();
    bed.add(1, cpuLabels, cpu);
    bed.add(2, { ...cpuLabels, env: "dev", region: "eu" }, cpu, { store: 1 });
    const all = { match: "" };
    expect(await bed.calls.labelNames(bed.stores, all)).toEqual({
      names: ["__name__", "env", "region", "service_name"],
    });
    expect(await bed.calls.labelValues(bed.stores, all, "env")).toEqual({
      values: ["dev", "prod"],
      is_complete: true,
    });
    expect((await bed.calls.labelValues(bed.stores, { match: '{region="eu"}' }, "env")).values).toEqual([
      "dev",
    ]);
    expect((await bed.calls.labelNames(bed.stores, { match: "", until: 1 })).names).not.toContain("region");
  });

  test("a thousand values at most", async () => {
    using bed = new StoredProfilesBed();
    for (let index = 0; index < 1001; index += 1) bed.add(index, { pod: `p${index}` }, new Uint8Array());
    const { values, is_complete } = await bed.calls.labelValues(bed.stores, { match: "" }, "pod");
    expect([values.length, is_complete]).toEqual([1000, false]);
  });
});

describe("the parts of a stored profile", () => {
  test("are listed, and each can be had on its own", async () => {
    using bed = new StoredProfilesBed();
    const jfr = Bun.gzipSync(Buffer.from("FLR\0...."));
    const form = await sampleForm({ labels: "x", jfr });
    bed.add(1, { service_name: "java" }, form.bytes, { kind: "ingest", contentType: form.contentType });
    const { profiles } = await bed.calls.page(bed.stores, { match: "", limit: 1 });
    const id = profiles[0]?.id ?? "";
    expect(await bed.calls.storedParts(bed.stores, id)).toEqual({
      parts: [
        { name: "labels", format: "unknown", bytes: 1, is_profile: false },
        { name: "jfr", format: "jfr", bytes: jfr.byteLength, is_profile: true },
      ],
    });
    const part = await bed.calls.storedPart(bed.stores, id, undefined);
    expect([part?.name, part?.format, Buffer.from(part?.bytes ?? [])]).toEqual([
      "jfr",
      "jfr",
      Buffer.from(jfr),
    ]);
    expect((await bed.calls.storedPart(bed.stores, id, "labels"))?.format).toBe("unknown");
    await expect(bed.calls.storedPart(bed.stores, id, "none")).rejects.toThrow("there is no such part");
    expect(await bed.calls.storedPart(bed.stores, "none", undefined)).toBeUndefined();
  });
});
