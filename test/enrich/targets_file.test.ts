import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { enrichDefinition } from "../../src/enrich/definition.ts";
import { ComponentBed, ingest, push, RecordingReceiver, series } from "../relabel/component_bed.ts";
import { eventually, TemporaryFolder } from "./temporary_folder.ts";

const forward_to = ["pyroscope.write.default.receiver"];

describe("targets in files", () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = new TemporaryFolder();
  });
  afterEach(() => {
    folder[Symbol.dispose]();
  });

  /** Targets by address, all of one generation, which each of them says twice. */
  function generation(number: number, count = 2000): string {
    const groups = Array.from({ length: count }, (_, index) => ({
      targets: [`host-${index}`],
      labels: { generation: `${number}`, again: `${number}`, rack: `r${index % 40}` },
    }));
    return JSON.stringify(groups);
  }

  function argsOf(...names: readonly string[]): object {
    const targets_files = names.map((name) => folder.file(name));
    return { forward_to, targets_files, target_match_label: "__address__", profiles_match_label: "host" };
  }

  test.each(["targets.json", "targets.yaml"])("2,000 are replaced while profiles flow: %s", async (name) => {
    folder.replace(name, generation(1));
    const bed = new ComponentBed(enrichDefinition, argsOf(name));
    const next = new RecordingReceiver();
    const receiver = bed.connect(next);
    await bed.component.start();
    const hosts = Array.from({ length: 50 }, (_, index) => series({ host: `host-${index * 39}` }));
    await bed.send(receiver, push(...hosts));
    folder.replace(name, generation(2));
    await eventually(async () => {
      await bed.send(receiver, push(...hosts));
      return next.labels.at(-1)?.["generation"] === "2";
    });
    await bed.component.stop(0);
    const generations = next.received.map((profile) => {
      const seen = profile.kind === "push" ? profile.series.map(({ labels }) => labels) : [];
      return [...new Set(seen.flatMap((labels) => [labels.get("generation"), labels.get("again")]))];
    });
    expect(new Set(generations.map((seen) => seen.length))).toEqual(new Set([1]));
    expect(generations.flat().toSorted()).toEqual(generations.flat());
    expect(new Set(generations.flat())).toEqual(new Set(["1", "2"]));
    expect(bed.component.health()).toMatchObject({
      state: "healthy",
      message: "enriching from 2000 targets",
    });
  });

  test("a broken file keeps the old targets until it is whole again", async () => {
    folder.replace("t.yaml", generation(1, 3));
    const bed = new ComponentBed(enrichDefinition, argsOf("t.yaml"));
    const next = new RecordingReceiver();
    const receiver = bed.connect(next);
    const generationNow = async () => {
      await bed.send(receiver, ingest({ host: "host-1" }));
      return next.labels.at(-1)?.["generation"];
    };
    await bed.component.start();
    folder.replace("t.yaml", "- targets: [a]\n  labels: {a: b\n");
    await eventually(() => bed.component.health().state === "unhealthy");
    expect(bed.component.health().message).toMatch(/^targets file .*\/t\.yaml: .+ at line 3, column 1$/);
    expect(await generationNow()).toBe("1");
    folder.replace("t.yaml", generation(2, 3));
    await eventually(() => bed.component.health().state === "healthy");
    await bed.component.stop(0);
    expect(await generationNow()).toBe("2");
    expect(bed.log.lines).toEqual([
      [
        "warn",
        "can't read the targets, those from before stay",
        expect.objectContaining({ file: folder.file("t.yaml") }),
      ],
      ["info", "read the targets again", { file: folder.file("t.yaml"), targets: 3 }],
    ]);
  });

  test("they go over those of the configuration, and later files over earlier ones", async () => {
    folder.replace("1.json", '[{"targets": ["b", "c"], "labels": {"from": "1"}}]');
    folder.replace("2.json", '[{"targets": ["c"], "labels": {"from": "2"}}]');
    const targets = ["a", "b", "c"].map((__address__) => ({ __address__, from: "0" }));
    const bed = new ComponentBed(enrichDefinition, { ...argsOf("1.json", "2.json"), targets });
    const next = new RecordingReceiver();
    const receiver = bed.connect(next);
    await bed.component.start();
    for (const host of ["a", "b", "c"]) await bed.send(receiver, ingest({ host }));
    await bed.component.stop(0);
    expect(next.labels.map(({ from }) => from)).toEqual(["0", "1", "2"]);
  });

  test("one that broke after it was checked keeps the component from starting", async () => {
    folder.replace("t.json", "[]");
    const bed = new ComponentBed(enrichDefinition, argsOf("t.json"));
    folder.replace("t.json", "[");
    await expect(bed.component.start()).rejects.toThrow(
      `targets file ${folder.file("t.json")}: JSON Parse error`,
    );
  });

  test("one that has gone since keeps the component from starting", async () => {
    folder.replace("t.json", "[]");
    const bed = new ComponentBed(enrichDefinition, argsOf("t.json", "t.json"));
    folder[Symbol.dispose]();
    folder = new TemporaryFolder();
    await expect(bed.component.start()).rejects.toThrow("can't be read: ENOENT");
  });
});
