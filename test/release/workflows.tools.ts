/** The workflows and scripts of a release, judged by the tools that they are for. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { TemporaryFolder } from "../base/temporary_folder.ts";
import { passes } from "../print/tool.ts";

const repository = join(import.meta.dir, "..", "..");

test("actionlint and shellcheck find nothing wrong with the workflows", async () => {
  expect(await passes(["actionlint", "-shellcheck=shellcheck"], repository)).toBe("");
});

test("what is told of the contents is every package that ships, and Bun", async () => {
  const told = JSON.parse(await passes([process.execPath, ".github/sbom.ts"], repository));
  expect([told.bomFormat, told.metadata.component.name]).toEqual(["CycloneDX", manifest.name]);
  const components: string[] = told.components.map(
    ({ name, version }: { name: string; version: string }) => `${name}@${version}`,
  );
  const shipped = Object.entries({ ...manifest.dependencies, bun: manifest.engines.bun });
  expect(components).toEqual(expect.arrayContaining(shipped.map(([name, version]) => `${name}@${version}`)));
  expect(components.filter((name) => name.startsWith("@biomejs/"))).toEqual([]);
}, 120_000);

describe("README's check of checksums", () => {
  const check = ["sha256sum", "--check", "--ignore-missing", "SHA256SUMS"] as const;

  test("passes for a file that is as it was, where others are missing, and fails for one that is not", async () => {
    using folder = new TemporaryFolder();
    mkdirSync(folder.file("dist"));
    for (const name of ["pyroduct-linux-x64", "pyroduct-darwin-arm64"])
      writeFileSync(folder.file("dist", name), name);
    await passes(["bash", "-c", "cd dist && sha256sum pyroduct-* > ../SHA256SUMS"], folder.path);
    writeFileSync(folder.file("pyroduct-linux-x64"), "pyroduct-linux-x64");
    expect(await passes(check, folder.path)).toBe("pyroduct-linux-x64: OK\n");
    writeFileSync(folder.file("pyroduct-linux-x64"), "something else");
    await expect(passes(check, folder.path)).rejects.toThrow("FAILED");
  });
});
