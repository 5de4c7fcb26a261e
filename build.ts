/**
 * Builds executables: `bun build.ts` for this machine (dist/pyroduct), `bun build.ts linux-x64 darwin-arm64 …` or
 * `bun build.ts all` for others (dist/pyroduct-<target>).
 */
import { mkdirSync, statSync } from "node:fs";
import { formatByteSize } from "./src/base/byte_size.ts";
import { suggest } from "./src/config/suggest.ts";

/** Targets by the name that releases have. On x64 Linux the baseline CPU will do, so that no host is too old. */
const targets: Readonly<Record<string, Bun.Build.CompileTarget>> = {
  "linux-x64": "bun-linux-x64-baseline",
  "linux-x64-musl": "bun-linux-x64-musl-baseline" as Bun.Build.CompileTarget,
  "linux-arm64": "bun-linux-arm64",
  "linux-arm64-musl": "bun-linux-arm64-musl",
  "darwin-x64": "bun-darwin-x64",
  "darwin-arm64": "bun-darwin-arm64",
  "windows-x64": "bun-windows-x64-baseline",
};

/**
 * How many times as often as usual code must run before it is compiled: at the start, nearly all of it runs once, and
 * compiling it takes from the time of what is needed. What goes on to run puts an end to that itself.
 */
const startJitPolicy = 10;

async function build(outfile: string, target?: Bun.Build.CompileTarget): Promise<void> {
  const result = await Bun.build({
    // Modules of threads are found by their paths below src.
    entrypoints: [
      "src/main.ts",
      "src/admin/store/store_worker.ts",
      "src/write/queue/ledger/ledger_worker.ts",
    ],
    minify: { syntax: true, whitespace: true, identifiers: false },
    bytecode: true,
    // Each start reads only the modules that its command needs.
    format: "esm",
    splitting: true,
    define: { PYRODUCT_COMMIT: JSON.stringify(currentCommit()) },
    compile: { outfile, jitPolicy: startJitPolicy, ...(target === undefined ? {} : { target }) },
  });
  if (!result.success) throw new AggregateError(result.logs, `${outfile} could not be built`);
  const file = statSync(outfile, { throwIfNoEntry: false }) ?? statSync(`${outfile}.exe`);
  console.log(`${outfile}  ${formatByteSize(file.size)}`);
}

function currentCommit(): string {
  // Where an image is built there is no repository.
  const given = process.env["PYRODUCT_COMMIT"];
  if (given !== undefined && given !== "") return given.slice(0, 12);
  const git = Bun.spawnSync(["git", "rev-parse", "--short=12", "HEAD"], { stderr: "ignore" });
  return git.success ? git.stdout.toString().trim() : "unknown";
}

function namedTargets(names: readonly string[]): [string, Bun.Build.CompileTarget][] {
  if (names.includes("all")) return Object.entries(targets);
  return names.map((name) => {
    const target = targets[name];
    if (target !== undefined) return [name, target];
    const near = suggest(name, Object.keys(targets));
    const hint = near === undefined ? "" : `did you mean ${near}? `;
    throw new Error(`no target ${name}; ${hint}there are: ${Object.keys(targets).join(", ")}, all`);
  });
}

try {
  mkdirSync("dist", { recursive: true });
  const names = Bun.argv.slice(2);
  if (names.length === 0) await build("dist/pyroduct");
  else for (const [name, target] of namedTargets(names)) await build(`dist/pyroduct-${name}`, target);
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  if (thrown instanceof AggregateError) for (const error of thrown.errors) console.error(String(error));
  process.exitCode = 1;
}
