import { join } from "node:path";
import { homepage } from "../../src/base/version.ts";
import { imageRepository } from "../../src/cli/deployment.ts";
import { programCommand } from "../base/program.ts";
import { parseCommandLine } from "./command_line.ts";

/** The folder that README lies in. */
export const repository = join(import.meta.dir, "..", "..");

const curl = ["curl", "--fail", "--silent", "--show-error", "--max-time", "10"] as const;

/** A process to be started. */
export interface ProcessStep {
  readonly words: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** The file that what it prints is to be in. */
  readonly output?: string | undefined;
  /** Whether it must run in the folder of the package, as its scripts do. */
  readonly isOfPackage: boolean;
}

/** Must end with status 0. */
export type RunStep = { readonly type: "run" } & ProcessStep;

/** Serves until it is stopped. */
export type ServeStep = { readonly type: "serve" } & ProcessStep;

/** What a command of README means to its test. */
export type Step =
  | RunStep
  | ServeStep
  /** SIGHUP to what serves. */
  | { readonly type: "reload" }
  /** Executables for these targets; for this machine where none is named. */
  | { readonly type: "build"; readonly targets: readonly string[] }
  /** A script of the package that can't run inside its own test, or changes the sources: only looked at. */
  | { readonly type: "script"; readonly name: string }
  /** Needs a release that is out: only looked at. */
  | { readonly type: "release"; readonly line: string }
  /** The file that runs everything: only looked at. */
  | { readonly type: "gate"; readonly path: string };

/** Finds pyroduct's process by its name; a test knows its number. */
const reloadLine = 'kill -HUP "$(pgrep -x pyroduct)"';

const image = `${imageRepository()}:latest`;

/** What takes, verifies and installs what a release has. */
const releaseLines = [
  new RegExp(`^curl -fLO ${homepage}/releases/latest/download/[\\w.-]+$`),
  /^sha256sum --check --ignore-missing SHA256SUMS$/,
  new RegExp(
    `^gh attestation verify (?:oci://${image}|[\\w.-]+) --repo ${new URL(homepage).pathname.slice(1)}$`,
  ),
  new RegExp(
    `^cosign verify ${image} --certificate-oidc-issuer https://token.actions.githubusercontent.com ` +
      `--certificate-identity-regexp \\^${homepage}/.github/workflows/release.yml@refs/tags/v$`,
  ),
  /^sudo install pyroduct-linux-x64 \/usr\/local\/bin\/pyroduct$/,
];

const scripts: ReadonlySet<string> = new Set([
  ...[
    "test",
    "test:wire",
    "test:load",
    "test:sdk",
    "test:browser",
    "test:grpc",
    "test:doctor",
    "test:jetstream",
    "test:recipes",
    "test:print",
  ],
  ...["check", "fix", "generate", "renew", "screenshots", "bench"],
  ...["test:faults", "test:outage", "bench:senders"],
]);

/**
 * Tells what is to be done for a line of README's `sh` blocks. In place of an installed executable the tests' own
 * runs.
 *
 * @throws where the line has no known form: nothing in README goes untried.
 */
export function stepOf(line: string): Step {
  if (line === reloadLine) return { type: "reload" };
  if (releaseLines.some((known) => known.test(line))) return { type: "release", line };
  const { environment, words, output } = parseCommandLine(line);
  const [command, ...rest] = words;
  switch (command) {
    case "npx":
      if (rest[0] === "bun@1.4.5") return bunStep(line, rest.slice(1), environment);
      break;
    case "bun":
      return bunStep(line, rest, environment);
    case "pyroduct":
    case "dist/pyroduct":
      return { type: rest[0] === "run" ? "serve" : "run", ...pyroductStep(rest, environment), output };
    case "curl":
      return { type: "run", words: [...curl, ...rest], environment, isOfPackage: false };
    case ".ci/run":
      return { type: "gate", path: command };
  }
  throw unknown(line);
}

/** pyroduct with these arguments. */
export function pyroductStep(
  args: readonly string[],
  environment: ProcessStep["environment"] = {},
): ProcessStep {
  return { words: [...programCommand(), ...args], environment, isOfPackage: false };
}

function bunStep(line: string, words: readonly string[], environment: ProcessStep["environment"]): Step {
  const [verb, name = "", ...rest] = words;
  const bun: ProcessStep = { words: [process.execPath, ...words], environment, isOfPackage: true };
  if (verb === "install") return { type: "run", ...bun };
  if (verb === "run" && name === "start") return { type: "serve", ...bun };
  if (verb === "run" && name === "build") return { type: "build", targets: rest };
  if (verb === "run" && scripts.has(name) && rest.length === 0) return { type: "script", name };
  throw unknown(line);
}

function unknown(line: string): Error {
  return new Error(`README has a command that its test does not know: ${line}`);
}
