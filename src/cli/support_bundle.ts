import { writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { formatByteSize } from "../base/byte_size.ts";
import { systemClock } from "../base/clock.ts";
import { CodedError, messageOf, systemCodeOf } from "../base/failure.ts";
import { adminError } from "./admin_failure.ts";
import { type AdminFlags, addAdminFlags, adminClient } from "./admin_flags.ts";
import { collect } from "./support/collect.ts";

/** The flags of `pyroduct support-bundle`. */
interface SupportBundleFlags extends AdminFlags {
  readonly output?: string;
  readonly profileSeconds: number;
}

/** How long each answer may take, in milliseconds. */
const answerMs = 10_000;

/** How long the process can be profiled, in seconds; the admin server's own limit. */
const mostSeconds = 30;

/** Adds the command that packs what is needed to look into a problem. */
export function addSupportBundle(program: Command, exitWith: (status: number) => void): void {
  addAdminFlags(
    program
      .command("support-bundle")
      .description(
        "pack configuration without secrets, metrics, health, log and a CPU profile of a running pyroduct",
      )
      .option("-o, --output <file>", "the file to write (default: pyroduct-support-TIME.tar.gz here)")
      .addOption(
        new Option("--profile-seconds <seconds>", "how long it is profiled").argParser(toSeconds).default(5),
      ),
  ).action(async (flags: SupportBundleFlags) => exitWith(await supportBundle(flags)));
}

/**
 * @returns the exit status.
 * @throws CodedError where no pyroduct answers, or the file can't be written.
 */
async function supportBundle(flags: SupportBundleFlags): Promise<number> {
  const admin = adminClient(flags, answerMs);
  const alive = await admin.ask("/-/live");
  if (alive.type === "failure") throw adminError(alive);
  const now = systemClock.wall();
  const { files, missing } = await collect(admin, flags.profileSeconds, answerMs, now);
  const stamp = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const folder = `pyroduct-support-${stamp}`;
  const output = flags.output ?? `${folder}.tar.gz`;
  const entries = [...files].map(([name, content]) => [`${folder}/${name}`, content]);
  const archive = await new Bun.Archive(Object.fromEntries(entries), { compress: "gzip" }).bytes();
  write(output, archive);
  for (const [name, problem] of missing) process.stderr.write(`without ${name}: ${problem}\n`);
  process.stdout.write(`${output}: ${files.size} files, ${formatByteSize(archive.byteLength)}\n`);
  return 0;
}

// It holds what is not for all eyes, though no secrets, and must not take the place of another one.
function write(path: string, content: Uint8Array): void {
  try {
    writeFileSync(path, content, { flag: "wx", mode: 0o600 });
  } catch (thrown) {
    const fix =
      systemCodeOf(thrown) === "EEXIST"
        ? "it is there already: name another file with -o"
        : messageOf(thrown);
    throw new CodedError("invalid_argument", `can't write ${path}: ${fix}`);
  }
}

function toSeconds(text: string): number {
  const seconds = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > mostSeconds)
    throw new InvalidArgumentError(`Expected seconds from 1 to ${mostSeconds}.`);
  return seconds;
}
