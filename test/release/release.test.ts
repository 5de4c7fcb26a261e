import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import manifest from "../../package.json" with { type: "json" };
import { TemporaryFolder } from "../base/temporary_folder.ts";

const repository = join(import.meta.dir, "..", "..");
const names = ["ci", "release"] as const;

function workflow(name: string): string {
  return readFileSync(join(repository, ".github", "workflows", `${name}.yml`), "utf8");
}

describe.each(names)("the workflow %s", (name) => {
  const text = workflow(name);

  test("takes every action by the hash of a commit, and says which version that is", () => {
    const uses = [...text.matchAll(/\buses: (.*)$/gm)].map((match) => match[1] ?? "");
    expect(uses.length).toBeGreaterThan(0);
    for (const use of uses) expect(use).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("may do no more than it says", () => {
    const { permissions, jobs } = parse(text);
    const granted = JSON.stringify([
      permissions,
      ...Object.values<{ permissions?: unknown }>(jobs).map((job) => job.permissions),
    ]);
    expect(granted).not.toContain("write-all");
    expect(Object.values(permissions).filter((right) => right !== "read")).toEqual([]);
  });

  test("runs on machines that anybody can have", () => {
    const { jobs } = parse(text);
    for (const job of Object.values<Record<string, unknown>>(jobs))
      expect(job["runs-on"]).toBe("ubuntu-24.04");
  });
});

test("a release is built with the Bun that the package asks for", () => {
  expect(parse(workflow("release")).env.BUN).toBe(`npx --yes ${manifest.packageManager}`);
});

describe("the release notes", () => {
  const script = join(repository, ".github", "changelog.ts");

  /** A repository in which each of these messages is a commit, and words in between that begin with v are tags. */
  function history(folder: TemporaryFolder, ...steps: readonly string[]): void {
    git(folder, "init", "--quiet");
    for (const step of steps) {
      if (/^v\d/.test(step)) git(folder, "tag", step);
      else git(folder, "commit", "--quiet", "--allow-empty", `--message=${step}`);
    }
  }

  function git(folder: TemporaryFolder, ...args: readonly string[]): void {
    const identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
    const ended = Bun.spawnSync(["git", ...identity, ...args], { cwd: folder.path, stderr: "pipe" });
    if (!ended.success) throw new Error(`${ended.stderr}`);
  }

  function notes(folder: TemporaryFolder, ...args: readonly string[]): string {
    const ended = Bun.spawnSync([process.execPath, script, ...args], { cwd: folder.path, stderr: "pipe" });
    if (!ended.success) throw new Error(`${ended.stderr}`);
    return ended.stdout.toString().replaceAll(/\([0-9a-f]{7,}\)/g, "(hash)");
  }

  test("name each commit since the release before, with its reason", () => {
    using folder = new TemporaryFolder();
    history(
      folder,
      "Begin",
      "v0.9.0",
      "Do more\n\nBecause it was\nnot enough.\n\nMore on that.",
      "Mend",
      "v0.10.0",
      "Later",
    );
    expect(notes(folder, "v0.10.0")).toBe(
      "## Changes since v0.9.0\n\n- **Mend** (hash)\n- **Do more** (hash)\n  Because it was not enough.\n",
    );
  });

  test("of the first release name all", () => {
    using folder = new TemporaryFolder();
    history(folder, "Begin\n\nSigned-off-by: a <a@example.com>", "v0.1.0");
    expect(notes(folder, "v0.1.0")).toBe("## Changes\n\n- **Begin** (hash)\n");
  });

  test("without a tag go up to now", () => {
    using folder = new TemporaryFolder();
    history(folder, "Begin", "v0.1.0", "Mend");
    expect(notes(folder)).toBe("## Changes since v0.1.0\n\n- **Mend** (hash)\n");
  });
});
