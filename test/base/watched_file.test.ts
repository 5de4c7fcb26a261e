import { expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { WatchedFile } from "../../src/base/watched_file.ts";
import { eventually } from "./eventually.ts";
import { FakeClock, settled } from "./fake_clock.ts";
import { TemporaryFolder } from "./temporary_folder.ts";

/** A file that is followed until the end of the test. */
class Followed implements Disposable {
  readonly folder = new TemporaryFolder();
  readonly clock = new FakeClock();
  readonly seen: string[] = [];
  readonly file: WatchedFile;

  constructor(path: (folder: TemporaryFolder) => string) {
    this.file = new WatchedFile(path(this.folder), this.clock);
    this.file.start((content) => this.seen.push(content));
  }

  [Symbol.dispose](): void {
    this.file.stop();
    this.folder[Symbol.dispose]();
  }
}

function plainFile(): Followed {
  return new Followed((folder) => {
    writeFileSync(folder.file("token"), "one");
    return folder.file("token");
  });
}

/** A file as Kubernetes mounts it: `token` → `..data/token`, `..data` → a folder of this version. */
function mountedFile(): Followed {
  return new Followed((folder) => {
    writeVersion(folder, "..v1", "one");
    symlinkSync("..v1", folder.file("..data"));
    symlinkSync("..data/token", folder.file("token"));
    return folder.file("token");
  });
}

function writeVersion(folder: TemporaryFolder, version: string, content: string): void {
  mkdirSync(folder.file(version));
  writeFileSync(folder.file(version, "token"), content);
}

test("the content is there from the beginning", () => {
  using followed = plainFile();
  expect(followed.file.content).toBe("one");
});

test("a file that is not there can't be followed", () => {
  expect(() => new WatchedFile("/no/such/file", new FakeClock())).toThrow("ENOENT");
});

test("writing into the file is seen", async () => {
  using followed = plainFile();
  writeFileSync(followed.file.path, "two");
  await eventually("the change", () => followed.file.content === "two");
  expect(followed.seen.at(-1)).toBe("two");
});

test("a rename over the file is seen, each time", async () => {
  using followed = plainFile();
  for (const content of ["two", "three"]) {
    writeFileSync(followed.folder.file("next"), content);
    renameSync(followed.folder.file("next"), followed.file.path);
    await eventually(`the change to ${content}`, () => followed.file.content === content);
  }
  expect(followed.seen).toEqual(["two", "three"]);
});

test("a swap of the ..data link is seen, each time", async () => {
  using followed = mountedFile();
  for (const [version, content] of [
    ["..v2", "two"],
    ["..v3", "three"],
  ] as const) {
    writeVersion(followed.folder, version, content);
    symlinkSync(version, followed.folder.file("..data_tmp"));
    renameSync(followed.folder.file("..data_tmp"), followed.folder.file("..data"));
    await eventually(`the change to ${content}`, () => followed.file.content === content);
  }
  expect(followed.seen).toEqual(["two", "three"]);
});

test("where no event comes the file is looked at every ten seconds", async () => {
  using outside = new TemporaryFolder();
  writeFileSync(outside.file("real"), "one");
  using followed = new Followed((folder) => {
    symlinkSync(outside.file("real"), folder.file("token"));
    return folder.file("token");
  });
  await followed.clock.advance(200);
  writeFileSync(outside.file("real"), "two");
  await followed.clock.advance(9799);
  expect(followed.seen).toEqual([]);
  await followed.clock.advance(1);
  expect(followed.seen).toEqual(["two"]);
});

test("what changes before it is followed is seen", async () => {
  using folder = new TemporaryFolder();
  const clock = new FakeClock();
  writeFileSync(folder.file("token"), "one");
  const file = new WatchedFile(folder.file("token"), clock);
  writeFileSync(folder.file("token"), "two");
  const seen: string[] = [];
  file.start((content) => seen.push(content));
  await clock.advance(200);
  file.stop();
  expect(seen).toEqual(["two"]);
});

test("the same content written again is no change", async () => {
  using followed = plainFile();
  writeFileSync(followed.file.path, "one");
  await followed.clock.advance(30_000);
  expect(followed.seen).toEqual([]);
});

test("a file that is missing for a while keeps its content", async () => {
  using followed = plainFile();
  unlinkSync(followed.file.path);
  await followed.clock.advance(10_000);
  expect([followed.file.content, followed.seen]).toEqual(["one", []]);
  writeFileSync(followed.file.path, "two");
  await followed.clock.advance(10_000);
  expect(followed.file.content).toBe("two");
});

test("a folder that is taken away and comes back is followed again", async () => {
  using followed = new Followed((folder) => {
    mkdirSync(folder.file("inner"));
    writeFileSync(folder.file("inner", "token"), "one");
    return folder.file("inner", "token");
  });
  rmSync(followed.folder.file("inner"), { recursive: true });
  await followed.clock.advance(10_000);
  mkdirSync(followed.folder.file("inner"));
  writeFileSync(followed.file.path, "two");
  await followed.clock.advance(10_000);
  expect(followed.file.content).toBe("two");
});

test("after stop nothing is followed any more", async () => {
  using followed = plainFile();
  followed.file.stop();
  writeFileSync(followed.file.path, "two");
  await followed.clock.advance(30_000);
  await settled();
  expect([followed.seen, followed.clock.pending]).toEqual([[], 0]);
});
