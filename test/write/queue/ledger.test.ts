import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { Ledger } from "../../../src/write/queue/ledger/ledger.ts";
import { TemporaryFolder } from "../../base/temporary_folder.ts";
import { LedgerBed, roomy, theQueue } from "./ledger_bed.ts";

const otherQueue = "pyroscope.write.w:other";

function names(claimed: readonly { readonly name: string }[]): string[] {
  return claimed.map(({ name }) => name);
}

/** Bytes of the file and its log. */
function bytesOnDisk(path: string): number {
  return [path, `${path}-wal`].reduce((sum, one) => sum + (existsSync(one) ? statSync(one).size : 0), 0);
}

test("a body that comes for several queues at once is written once", () => {
  using folder = new TemporaryFolder();
  const path = folder.file("q.sqlite");
  const bed = new LedgerBed(path);
  bed.configure(otherQueue, roomy);
  const queues = [theQueue, otherQueue];
  bed.appendAll(
    queues.map((queue) => ({ name: "a", queue, wantsLease: false })),
    100_000,
  );
  bed.append("b", false, 50);
  const claimed = queues.map((queue) => names(bed.claim(10, queue)));
  expect(claimed).toEqual([["a", "b"], ["a"]]);
  bed[Symbol.dispose]();
  using database = new Database(path);
  expect(database.query("SELECT length(body) AS bytes FROM shared_body").all()).toEqual([{ bytes: 100_000 }]);
  expect(database.query("SELECT length(body) AS bytes FROM entry ORDER BY bytes").all()).toEqual([
    { bytes: null },
    { bytes: null },
    { bytes: 50 },
  ]);
});

test("a body that several queues had is gone with the last of them", () => {
  using bed = new LedgerBed();
  bed.configure(otherQueue, roomy);
  const leases = bed.appendAll([
    { name: "a", queue: theQueue, wantsLease: true },
    { name: "a", queue: otherQueue, wantsLease: true },
  ]);
  bed.settle(Number(leases[0]), { type: "delivered" });
  bed.settle(Number(leases[1]), { type: "retry", delayMs: 0, isAttempt: true }, [], otherQueue);
  expect(bed.claim(10, otherQueue)).toMatchObject([{ name: "a", attempts: 1 }]);
  bed.settle(Number(leases[1]), { type: "delivered" }, [], otherQueue);
  expect(bed.stats(otherQueue)).toMatchObject({ profiles: 0, bytes: 0 });
});

test("what was written is there after a crash, and nobody's lease", () => {
  using folder = new TemporaryFolder();
  using bed = new LedgerBed(folder.file("q.sqlite"));
  bed.append("a", true);
  bed.append("b");
  // What a killed process leaves: the files as they are, nothing closed.
  for (const file of readdirSync(folder.path)) copyFileSync(folder.file(file), folder.file(`crash-${file}`));
  using after = new LedgerBed(folder.file("crash-q.sqlite"));
  expect(after.stats()).toMatchObject({ profiles: 2, waiting: 2 });
  expect(names(after.claim())).toEqual(["a", "b"]);
});

describe("claiming", () => {
  test("stops at so many bytes, with at least one profile", () => {
    using bed = new LedgerBed();
    for (const name of ["a", "b", "c"]) bed.append(name, false, 5000);
    expect(names(bed.claim(10, theQueue, 1))).toEqual(["a"]);
    expect(names(bed.claim(10, theQueue, 6000))).toEqual(["b", "c"]);
  });

  test("hands out what was given back in turn with what nobody had yet", () => {
    using bed = new LedgerBed();
    for (const name of ["bad", "b", "c"]) bed.append(name);
    const got: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const [first] = bed.claim(1);
      got.push(first?.name ?? "nothing");
      if (first?.name === "bad") bed.settle(first.lease, { type: "retry", delayMs: 0, isAttempt: true });
    }
    expect(got.filter((name) => name !== "bad" && name !== "nothing")).toEqual(["b", "c"]);
  });

  test("waits for the delay of what was given back, and counts its attempts", () => {
    using bed = new LedgerBed();
    const lease = Number(bed.append("a", true));
    bed.settle(lease, { type: "retry", delayMs: 1000, isAttempt: true });
    expect(bed.claim()).toEqual([]);
    bed.now += 1000;
    expect(bed.claim()).toEqual([{ name: "a", lease, attempts: 1 }]);
    bed.settle(lease, { type: "retry", delayMs: 0, isAttempt: false });
    expect(bed.claim()).toEqual([{ name: "a", lease, attempts: 1 }]);
  });

  test("drops what is too old, and tells it", () => {
    using bed = new LedgerBed(":memory:", { ...roomy, maxAgeMs: 1000 });
    bed.append("a", false, 20);
    bed.now += 1001;
    expect(bed.claim()).toEqual([]);
    expect(bed.drops).toEqual([
      {
        queue: theQueue,
        what: "profiles",
        reason: "expired",
        profiles: 1,
        bytes: 20 + '{"name":"a"}'.length,
      },
    ]);
  });
});

test("what is under way is never dropped to make room", () => {
  using bed = new LedgerBed(":memory:", { ...roomy, maxBytes: 100, onFull: "drop_oldest" });
  bed.append("a", true, 30);
  bed.append("b", false, 30);
  bed.append("c", false, 30);
  expect(names(bed.claim())).toEqual(["c"]);
  expect(bed.append("d", false, 30)).toBe("full");
  expect(bed.drops).toMatchObject([{ reason: "full", profiles: 1 }]);
});

test("dead letters have bounds of their own: the oldest go first", () => {
  const deadLetters = { maxBytes: 100, maxAgeMs: 1000 };
  using bed = new LedgerBed(":memory:", { ...roomy, deadLetters });
  for (const name of ["a", "b", "c"]) {
    bed.settle(Number(bed.append(name, true, 30)), { type: "refused", reason: `no ${name}` });
  }
  expect(bed.letters().map(({ name, reason }) => `${name}: ${reason}`)).toEqual(["c: no c", "b: no b"]);
  bed.now += 1001;
  bed.tend();
  expect(bed.letters()).toEqual([]);
  expect(bed.drops).toMatchObject([
    { what: "letters", reason: "full", profiles: 1 },
    { what: "letters", reason: "expired", profiles: 2 },
  ]);
});

test("a queue without an endpoint keeps what it has, however old, and takes no more", () => {
  using bed = new LedgerBed(":memory:", { ...roomy, maxAgeMs: 1000 });
  bed.append("a");
  bed.configure(theQueue, undefined);
  bed.now += 100_000;
  bed.tend();
  expect(bed.append("b")).toBe("failed");
  expect(names(bed.claim())).toEqual(["a"]);
});

test("a queue without an endpoint hands out all that it has: the waits ended with the endpoint", () => {
  using bed = new LedgerBed();
  bed.settle(Number(bed.append("a", true)), { type: "retry", delayMs: 60_000, isAttempt: true });
  expect(bed.claim()).toEqual([]);
  bed.configure(theQueue, undefined);
  expect(bed.claim()).toMatchObject([{ name: "a", attempts: 1 }]);
});

test("an empty queue without an endpoint is forgotten", () => {
  using bed = new LedgerBed();
  expect(bed.configure(theQueue, undefined).stats).toEqual({});
  expect(bed.stats()).toBeNull();
});

test("all that waits moves to another queue, dead letters too", () => {
  using bed = new LedgerBed();
  for (let count = 0; count < 600; count += 1) bed.append(`p${count}`);
  bed.settle(bed.claim(1)[0]?.lease ?? 0, { type: "refused", reason: "422" });
  bed.configure(theQueue, undefined);
  bed.configure(otherQueue, roomy);
  let moved = 0;
  for (let isMore = true; isMore; ) {
    const { result } = bed.ask({ type: "move", queue: theQueue, to: otherQueue }).reply;
    moved += result.type === "done" ? result.count : Number.NaN;
    isMore = result.type === "done" && result.more;
  }
  expect(moved).toBe(600);
  expect([bed.stats(theQueue), bed.stats(otherQueue)?.profiles]).toEqual([null, 599]);
  expect([bed.claim(1000, otherQueue).length, bed.letters(otherQueue).length]).toEqual([599, 1]);
});

test("a queue is dropped with all that is in it, and it is told how much that was", () => {
  using bed = new LedgerBed();
  bed.append("a", true, 30);
  bed.append("b", false, 30);
  const { result } = bed.ask({ type: "remove", queue: theQueue }).reply;
  expect(result).toEqual({ type: "done", count: 2, more: false });
  expect(bed.drops).toMatchObject([{ reason: "operator", profiles: 2 }]);
  expect([bed.stats()?.profiles, bed.claim()]).toEqual([0, []]);
});

test("space comes back to the file system once the queue has drained", () => {
  using folder = new TemporaryFolder();
  const path = folder.file("q.sqlite");
  using bed = new LedgerBed(path);
  for (let count = 0; count < 50; count += 1) bed.append(`p${count}`, false, 200_000);
  bed.compact();
  expect(bytesOnDisk(path)).toBeGreaterThan(10_000_000);
  for (const { lease } of bed.claim()) bed.settle(lease, { type: "delivered" });
  bed.compact();
  expect(bytesOnDisk(path)).toBeLessThan(1_500_000);
});

describe("the file", () => {
  test("belongs to one process", () => {
    using folder = new TemporaryFolder();
    using _bed = new LedgerBed(folder.file("q.sqlite"));
    expect(() => new Ledger(folder.file("q.sqlite"), 0)).toThrow(
      `${folder.path} is in use by another pyroduct: give each a --storage.path of its own`,
    );
  });

  test("is set aside where it is damaged, and a new one takes its place", () => {
    using folder = new TemporaryFolder();
    const path = folder.file("q.sqlite");
    writeFileSync(path, "no database, whatever its name says ".repeat(1000));
    using bed = new LedgerBed(path);
    expect(bed.append("a")).toBeNull();
    expect(readdirSync(folder.path).filter((name) => name.includes("damaged"))).toEqual([
      "q.sqlite.damaged-2027-01-15T08-00-00-000Z",
    ]);
  });

  test("is set aside where the damage shows later, and queues go on", () => {
    using folder = new TemporaryFolder();
    const path = folder.file("q.sqlite");
    const before = new LedgerBed(path);
    for (let count = 0; count < 200; count += 1) before.append(`p${count}`, false, 9000);
    before[Symbol.dispose]();
    const bytes = readFileSync(path);
    // The first page, which opening reads, is left alone.
    bytes.fill(0xff, 4096 * 4);
    writeFileSync(path, bytes);
    using bed = new LedgerBed(path);
    expect(bed.claim()).toEqual([]);
    expect(bed.setAside).toEqual([expect.stringMatching(/q\.sqlite\.damaged-/)]);
    expect([bed.append("a"), names(bed.claim())]).toEqual([null, ["a"]]);
  });

  test("of a later version is left alone", () => {
    using folder = new TemporaryFolder();
    const path = folder.file("q.sqlite");
    using database = new Database(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(() => new Ledger(path, 0)).toThrow(`${path} was written by a later version of pyroduct`);
    expect(readdirSync(folder.path)).toEqual(["q.sqlite"]);
  });

  test("can't lie where there is no folder", () => {
    using folder = new TemporaryFolder();
    writeFileSync(folder.file("file"), "");
    expect(() => new Ledger(folder.file("file", "q.sqlite"), 0)).toThrow("can't queue profiles in");
  });
});

describe("a file that nobody uses any more", () => {
  test("is taken over with all queues and dead letters, and is gone then", () => {
    using folder = new TemporaryFolder();
    const gone = folder.file("gone", "q.sqlite");
    const before = new LedgerBed(gone);
    for (let count = 0; count < 300; count += 1) before.append(`p${count}`);
    before.settle(before.claim(1)[0]?.lease ?? 0, { type: "refused", reason: "422" });
    before[Symbol.dispose]();
    using bed = new LedgerBed(folder.file("own", "q.sqlite"));
    bed.append("own");
    let adopted = 0;
    for (let isMore = true; isMore; ) {
      const { result } = bed.ask({ type: "adopt", path: gone, now: bed.now }).reply;
      adopted += result.type === "done" ? result.count : Number.NaN;
      isMore = result.type === "done" && result.more;
    }
    expect(adopted).toBe(300);
    expect([bed.claim().length, bed.letters().length]).toEqual([300, 1]);
    expect(readdirSync(folder.file("gone"))).toEqual([]);
  });

  test("is left to whoever does use it", () => {
    using folder = new TemporaryFolder();
    using _user = new LedgerBed(folder.file("used", "q.sqlite"));
    using bed = new LedgerBed();
    const { result } = bed.ask({ type: "adopt", path: folder.file("used", "q.sqlite"), now: bed.now }).reply;
    expect(result).toMatchObject({ type: "failed", reason: expect.stringContaining("in use by another") });
  });
});
