import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { builtInConfig, configFile } from "../../src/controller/config_source.ts";
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { ControllerBed } from "./controller_bed.ts";

test("a file is read anew each time", () => {
  using folder = new TemporaryFolder();
  const path = folder.file("pyroduct.yaml");
  writeFileSync(path, "one");
  const source = configFile(path);
  expect([source.name, source.isFile, source.read()]).toEqual([path, true, "one"]);
  writeFileSync(path, "two");
  expect(source.read()).toBe("two");
});

test("a file that can't be read is told by its name", () => {
  using folder = new TemporaryFolder();
  mkdirSync(folder.file("sub"));
  for (const name of ["missing.yaml", "sub"]) {
    const path = folder.file(name);
    expect(() => configFile(path).read()).toThrow(`can't read ${path}: `);
  }
});

test("a configuration that is built in can be read but not reloaded", async () => {
  const source = builtInConfig({ "pyroscope.local_store": { default: {} } });
  expect([source.isFile, JSON.parse(source.read())]).toEqual([
    false,
    { "pyroscope.local_store": { default: {} } },
  ]);
  expect(configFile("-").isFile).toBe(false);
});

test("what can't be read again is not reloaded", async () => {
  const bed = new ControllerBed("pyroscope.local_store: {a: {}}");
  await bed.controller.start();
  Object.assign(bed.source, { isFile: false, text: "pyroscope.local_store: {b: {}}" });
  const result = await bed.controller.reload();
  expect(result).toEqual({ ok: false, problems: ["pyroduct.yaml can't be read again: nothing to reload"] });
  expect(bed.stub.applied).toHaveLength(1);
});
