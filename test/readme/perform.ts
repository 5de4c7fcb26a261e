import { expect } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { programCommand } from "../base/program.ts";
import { withinMs } from "../wire/bounded.ts";
import type { Sandbox } from "./sandbox.ts";
import { ServedPyroduct } from "./served_pyroduct.ts";
import type { Command } from "./session.ts";
import { type ProcessStep, repository, type ServeStep } from "./step.ts";

const processMs = 20_000;

/** How a process ended. */
export interface Ended {
  readonly status: number;
  readonly output: string;
  readonly error: string;
}

/** Starts what serves. Where README leaves its addresses to the defaults, they are given here. */
export function serve(step: ServeStep, sandbox: Sandbox): Promise<ServedPyroduct> {
  const { words, cwd, environment } = placed(step, sandbox);
  const admin = sandbox.local("12345");
  const flags = ["--server.http.listen-addr", admin];
  const hasAddress = words.some((word) => word === "--listen" || /\.(yaml|json)$/.test(word));
  if (!hasAddress) flags.push("--listen", sandbox.local("4040"));
  return ServedPyroduct.start({ words: [...words, ...flags], cwd, environment, admin });
}

/** Does what a command asks for while `served` serves, and expects it to succeed. */
export async function perform(
  { line, step }: Command,
  sandbox: Sandbox,
  served: ServedPyroduct,
): Promise<void> {
  switch (step.type) {
    case "run": {
      const ended = await runToEnd(step, sandbox);
      expect(ended.status, `${line}\n${ended.output}${ended.error}`).toBe(0);
      if (step.output !== undefined) sandbox.write(step.output, ended.output);
      return;
    }
    case "reload":
      return served.reload();
    case "build":
      return step.targets.length === 0 ? expectBuilt(sandbox) : expectTargets(step.targets, sandbox);
    case "script":
      expect(manifest().scripts).toHaveProperty([step.name]);
      return;
    case "release":
      return expectReleased(step.line);
    case "gate":
      expect(statSync(join(repository, step.path)).mode & 0o111).toBe(0o111);
      return;
    case "serve":
      throw new Error(`two of them serve at once: ${line}`);
  }
}

/** Runs a process until it ends. */
export async function runToEnd(step: ProcessStep, sandbox: Sandbox): Promise<Ended> {
  const { words, cwd, environment } = placed(step, sandbox);
  const pipes = { stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
  await using child = Bun.spawn([...words], { cwd, env: { ...environment }, ...pipes });
  const ended = Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  const [status, output, error] = await withinMs(processMs, words.join(" "), ended);
  return { status, output, error };
}

/** The targets that the build has executables for. */
export async function knownTargets(sandbox: Sandbox): Promise<string[]> {
  const { error } = await runToEnd(
    ownStep(process.execPath, join(repository, "build.ts"), "nosuch"),
    sandbox,
  );
  return error
    .replace(/.*there are: /s, "")
    .trim()
    .split(", ");
}

/** The package's manifest, as far as it matters here. */
export function manifest(): { readonly scripts: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
}

/** What a line may need of a release, and what of the workflow makes it. */
const released: readonly (readonly [RegExp, string])[] = [
  [/\bpyroduct-linux-x64\b/, "dist/pyroduct-* dist/SHA256SUMS"],
  [/\bSHA256SUMS\b/, "sha256sum pyroduct-* > SHA256SUMS"],
  [/\bghcr\.io\/.*:latest\b/, 'echo "${IMAGE,,}:latest"'],
  [/^gh attestation verify\b/, "uses: actions/attest-build-provenance@"],
  [/^cosign verify\b/, "run: cosign sign"],
];

function expectReleased(line: string): void {
  const workflow = readFileSync(join(repository, ".github", "workflows", "release.yml"), "utf8");
  const needed = released.filter(([need]) => need.test(line)).map(([, makes]) => makes);
  expect(needed.length).toBeGreaterThan(0);
  for (const makes of needed) expect(workflow).toContain(makes);
}

async function expectTargets(targets: readonly string[], sandbox: Sandbox): Promise<void> {
  expect(await knownTargets(sandbox)).toEqual(expect.arrayContaining([...targets]));
}

// What tests start has been built of these sources already, by the same command.
async function expectBuilt(sandbox: Sandbox): Promise<void> {
  const { output } = await runToEnd(ownStep(...programCommand(), "version"), sandbox);
  expect(output).toStartWith("pyroduct ");
}

function ownStep(...words: [string, ...string[]]): ProcessStep {
  return { words, environment: {}, isOfPackage: false };
}

function placed({ words, environment, isOfPackage }: ProcessStep, sandbox: Sandbox) {
  const added = Object.entries(environment).map(([name, value]) => [name, sandbox.replace(value)]);
  return {
    words: words.map((word) => sandbox.word(word)),
    cwd: isOfPackage ? repository : sandbox.path,
    environment: { ...sandbox.environment, ...Object.fromEntries(added) },
  };
}
