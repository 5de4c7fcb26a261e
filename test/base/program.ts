import { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";

/** The folder that README lies in. */
const repository = join(import.meta.dir, "..", "..");

/** Where executables are that only tests start. */
const builds = join(repository, "dist", "test");

/** What goes into an executable. */
const sources = ["src/**/*", "build.ts", "bun.lock", "package.json"];

/** How many executables stay: a run that began before a source was changed still needs the one before. */
const keptBuilds = 2;

/** How long another process may take to build, in milliseconds. */
const buildMs = 60_000;

let current: string | undefined;

/**
 * The command that starts pyroduct, its arguments to follow: the executable that PYRODUCT_EXECUTABLE names, else one
 * of the sources as they are, which is built where there is none yet. It starts in a quarter of the CPU that the
 * sources take, and tests start a few hundred.
 */
export function programCommand(): readonly [string] {
  const named = process.env["PYRODUCT_EXECUTABLE"];
  if (named !== undefined) return [named];
  current ??= currentBuild();
  return [current];
}

function currentBuild(): string {
  const key = sourcesKey();
  const executable = join(builds, key, process.platform === "win32" ? "pyroduct.exe" : "pyroduct");
  if (existsSync(executable)) return executable;
  mkdirSync(builds, { recursive: true });
  // Test files run in several processes: one builds, the others wait. The lock goes with a process that dies.
  using lock = new Database(join(builds, "lock.sqlite"));
  lock.run(`PRAGMA busy_timeout = ${buildMs}`);
  lock.run("BEGIN EXCLUSIVE");
  if (!existsSync(executable)) {
    build(key);
    removeOldBuilds();
  }
  lock.run("COMMIT");
  return executable;
}

/** Tells sources, dependencies and Bun from any others. */
function sourcesKey(): string {
  const hash = createHash("sha256").update(`${Bun.version_with_sha} ${process.platform} ${process.arch}`);
  const files = sources.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: repository })]);
  for (const file of files.sort()) {
    const content = readFileSync(join(repository, file));
    hash.update(`\n${file} ${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

function build(key: string): void {
  const folder = mkdtempSync(join(builds, "building-"));
  try {
    // The build writes to dist/ of the folder that it runs in.
    symlinkSync(join(repository, "src"), join(folder, "src"), "junction");
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, join(repository, "build.ts")], {
      cwd: folder,
      // As it were a commit of its own.
      env: { ...process.env, PYRODUCT_COMMIT: key },
    });
    if (exitCode !== 0) throw new Error(`the executable could not be built:\n${stderr}`);
    renameSync(join(folder, "dist"), join(builds, key));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function removeOldBuilds(): void {
  const age = (name: string): number => statSync(join(builds, name)).mtimeMs;
  const keys = readdirSync(builds).filter((name) => /^[0-9a-f]{12}$/.test(name));
  for (const name of keys.sort((a, b) => age(b) - age(a)).slice(keptBuilds)) {
    rmSync(join(builds, name), { recursive: true });
  }
}
