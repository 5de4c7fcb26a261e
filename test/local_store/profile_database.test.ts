import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { ProfileDatabase, type StoreLimits } from "../../src/local_store/profile_database.ts";
import { recordsOf, type StoredRecord } from "../../src/local_store/stored_record.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { ingestProfile } from "../profile/sample_profiles.ts";
import { keptProfiles, keptServices } from "./kept_profiles.ts";

const noLimits: StoreLimits = { maxBytes: 1e9, maxAgeMs: 1e9 };

/** A record whose body and labels are 100 bytes together. */
function record(serviceName: string, more: Partial<StoredRecord> = {}): StoredRecord {
  const labels = { service_name: serviceName };
  const body = new Uint8Array(100 - JSON.stringify(labels).length).fill(7);
  const [one] = recordsOf(ingestProfile(labels, { body }));
  if (one === undefined) throw new Error("there is no record");
  return { ...one, ...more };
}

/** A database in a folder of its own. */
class DatabaseBed implements Disposable {
  readonly #folder = new TemporaryFolder();
  readonly path = this.#folder.file("store", "profiles.sqlite");
  database: ProfileDatabase;

  constructor(limits: StoreLimits = noLimits) {
    this.database = new ProfileDatabase(this.path, limits);
  }

  /** Closes the database and opens it again. */
  reopen(limits: StoreLimits = noLimits): void {
    this.database.close();
    this.database = new ProfileDatabase(this.path, limits);
  }

  /** The services of what is kept, the newest first. */
  services(): string[] {
    return keptServices(this.path);
  }

  [Symbol.dispose](): void {
    this.database.close();
    this.#folder[Symbol.dispose]();
  }
}

test("what was added is listed, the newest first, and found byte for byte", () => {
  using bed = new DatabaseBed();
  const body = new Uint8Array([0, 1, 255]);
  bed.database.add([record("a"), record("b")], 1000);
  bed.database.add(
    [record("c", { body, from: 5, until: 6, contentType: "x/y", contentEncoding: "gzip" })],
    2000,
  );
  const [newest, ...others] = keptProfiles(bed.path);
  expect(newest).toEqual({
    id: expect.any(String),
    received_at: 2000,
    from: 5,
    until: 6,
    kind: "ingest",
    format: "",
    content_type: "x/y",
    content_encoding: "gzip",
    service_name: "c",
    labels: { service_name: "c" },
    bytes: body.byteLength + '{"service_name":"c"}'.length,
  });
  expect(others.map(({ service_name }) => service_name)).toEqual(["b", "a"]);
  expect(bed.database.get(newest?.id ?? "")).toEqual({ profile: newest as never, body });
  expect(bed.database.get("none")).toBeUndefined();
});

describe("bounds", () => {
  test("by bytes: the oldest go first, and as many as must", () => {
    using bed = new DatabaseBed({ maxBytes: 350, maxAgeMs: 1e9 });
    expect(bed.database.add([record("a"), record("b"), record("c")], 1)).toBe(0);
    expect(bed.database.add([record("d"), record("e")], 2)).toBe(2);
    expect([bed.services(), bed.database.bytes, bed.database.count]).toEqual([["e", "d", "c"], 300, 3]);
  });

  test("by bytes: just as many as allowed may stay", () => {
    using bed = new DatabaseBed({ maxBytes: 200, maxAgeMs: 1e9 });
    expect(bed.database.add([record("a"), record("b")], 1)).toBe(0);
    expect(bed.database.add([record("c")], 2)).toBe(1);
    expect(bed.services()).toEqual(["c", "b"]);
  });

  test("by age: the old go when something new comes", () => {
    using bed = new DatabaseBed({ maxBytes: 1e9, maxAgeMs: 1000 });
    bed.database.add([record("a")], 0);
    bed.database.add([record("b")], 600);
    expect(bed.database.add([record("c")], 1001)).toBe(1);
    expect(bed.services()).toEqual(["c", "b"]);
  });

  test("by age: the old go when it is looked at, and none too early", () => {
    using bed = new DatabaseBed({ maxBytes: 1e9, maxAgeMs: 1000 });
    bed.database.add([record("a")], 0);
    expect([bed.database.expire(1000), bed.database.expire(1001)]).toEqual([0, 1]);
    expect([bed.database.bytes, bed.database.count]).toEqual([0, 0]);
  });

  test("many may go at once", () => {
    using bed = new DatabaseBed();
    bed.database.add(
      Array.from({ length: 600 }, (_, index) => record(`s${100 + index}`)),
      0,
    );
    bed.database.limits = { maxBytes: 1000, maxAgeMs: 1e9 };
    expect(bed.database.expire(1)).toBe(590);
    expect([bed.database.bytes, bed.database.count]).toEqual([1000, 10]);
  });
});

test("a batch is added as a whole or not at all", () => {
  using bed = new DatabaseBed();
  const broken = record("broken", { kind: null as never });
  expect(() => bed.database.add([record("a"), broken, record("b")], 1)).toThrow(
    "the profile can't be stored",
  );
  expect([bed.services(), bed.database.bytes]).toEqual([[], 0]);
  bed.database.add([record("c")], 1);
  expect([bed.services(), bed.database.bytes]).toEqual([["c"], 100]);
});

test("a batch that fails throws nothing old away", () => {
  using bed = new DatabaseBed({ maxBytes: 150, maxAgeMs: 1e9 });
  bed.database.add([record("a")], 1);
  expect(() => bed.database.add([record("b"), record("x", { kind: null as never })], 2)).toThrow();
  expect([bed.services(), bed.database.bytes]).toEqual([["a"], 100]);
});

describe("opened again", () => {
  test("everything is there, and counts", () => {
    using bed = new DatabaseBed();
    bed.database.add([record("a"), record("b")], 1);
    bed.reopen({ maxBytes: 250, maxAgeMs: 1e9 });
    expect([bed.services(), bed.database.bytes]).toEqual([["b", "a"], 200]);
    bed.database.add([record("c")], 2);
    expect(bed.services()).toEqual(["c", "b"]);
  });

  test("after a crash everything that was added is there", () => {
    using bed = new DatabaseBed();
    bed.database.add([record("a")], 1);
    // Another connection sees what a process that ended without closing has left.
    using other = new Database(bed.path, { readonly: true });
    expect(other.query("SELECT service_name FROM profile").all()).toEqual([{ service_name: "a" }]);
  });
});

describe("activity", () => {
  test("is what came since the last call, by service, the busiest first", () => {
    using bed = new DatabaseBed();
    expect(bed.database.activity()).toEqual([]);
    bed.database.add([record("a"), record("b"), record("b")], 1);
    const bytes = record("b").body.byteLength;
    expect(bed.database.activity()).toEqual([
      { service_name: "b", profiles: 2, bytes: 2 * bytes },
      { service_name: "a", profiles: 1, bytes },
    ]);
    expect(bed.database.activity()).toEqual([]);
  });

  test("does not tell what an earlier process stored", () => {
    using bed = new DatabaseBed();
    bed.database.add([record("a")], 1);
    bed.reopen();
    expect(bed.database.activity()).toEqual([]);
  });
});

test("a folder that can't be made is told", () => {
  using folder = new TemporaryFolder();
  writeFileSync(folder.file("file"), "");
  const path = folder.file("file", "sub", "profiles.sqlite");
  expect(() => new ProfileDatabase(path, noLimits)).toThrow(
    `can't store profiles in ${folder.file("file", "sub")}: `,
  );
});

test("a file that is no database is told", () => {
  using folder = new TemporaryFolder();
  writeFileSync(folder.file("profiles.sqlite"), "x".repeat(10_000));
  expect(() => new ProfileDatabase(folder.file("profiles.sqlite"), noLimits)).toThrow(
    "can't store profiles in",
  );
});
