import { type Command, InvalidArgumentError, Option } from "commander";
import { systemClock } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import { toDuration } from "./flag_values.ts";
import { type DestinationFlags, destinationOf } from "./send/destination.ts";
import { appNameProblem, parseLabel, type SendProtocol, sendProtocols } from "./send/outgoing_profile.ts";
import { type ProfileFormat, profileFormats } from "./send/profile_format.ts";
import { sendFiles } from "./send/send_files.ts";
import { parseTime } from "./send/time_argument.ts";

/** The flags of `pyroduct send`. */
interface SendFlags extends DestinationFlags {
  readonly name?: string;
  readonly label: ReadonlyMap<string, string>;
  readonly from?: number;
  readonly until?: number;
  readonly protocol: SendProtocol;
  readonly format?: ProfileFormat;
  readonly timeout: number;
}

/** Adds the command that sends profiles from files. */
export function addSend(program: Command, exitWith: (status: number) => void): void {
  program
    .command("send")
    .description("send profiles from files: pprof, JFR or folded stacks, gzipped or not")
    .argument("<files...>", "files, or - for standard input")
    .option("--url <url>", "base URL of the receiver", "http://127.0.0.1:4040")
    .option("--name <name>", "the app or service (default: the file's name)", toName)
    .addOption(
      new Option("--label <name=value>", "a label; may be repeated")
        .argParser(toLabels)
        .default(new Map(), "none"),
    )
    .option("--from <time>", "when the profile began (default: as it says itself)", toTime)
    .option(
      "--until <time>",
      "when it ended: now, now-1h, 2026-01-31T12:00:00Z, or since the Unix epoch",
      toTime,
    )
    .addOption(new Option("--protocol <protocol>", "how it is sent").choices(sendProtocols).default("ingest"))
    .addOption(
      new Option("--format <format>", "what it is (default: told by its content)").choices(profileFormats),
    )
    .option("--username <name>", "user; the password is in --password-file or $PYRODUCT_PASSWORD")
    .option("--password-file <file>", "file that holds the password")
    .option(
      "--bearer-token-file <file>",
      "file that holds a token, which may be in $PYRODUCT_BEARER_TOKEN instead",
    )
    .option("--tenant <id>", "the tenant, sent as X-Scope-OrgID")
    .option(
      "--header <header>",
      '"Name: value"; may be repeated',
      (text: string, all: string[]) => [...all, text],
      [],
    )
    .option("--ca-file <file>", "authorities to trust instead of the system's")
    .option("--cert-file <file>", "client certificate")
    .option("--key-file <file>", "the client certificate's key")
    .option("--insecure-skip-verify", "accept any certificate of the receiver")
    .addOption(
      new Option("--timeout <duration>", "how long each file may take, further tries included")
        .argParser(toDuration)
        .default(30_000, "30s"),
    )
    .action(async (files: string[], flags: SendFlags) => exitWith(await send(files, flags)));
}

function send(files: readonly string[], flags: SendFlags): Promise<number> {
  const { name, label, from, until, protocol, format, timeout } = flags;
  if (from !== undefined && until !== undefined && from > until) {
    throw new CodedError("invalid_argument", "--from is later than --until: exchange them");
  }
  const destination = destinationOf(flags, timeout, process.env);
  return sendFiles(files, destination, {
    name,
    labels: label,
    fromMs: from,
    untilMs: until,
    protocol,
    format,
    timeoutMs: timeout,
  });
}

function toName(text: string): string {
  const problem = appNameProblem(text);
  if (problem !== undefined) throw new InvalidArgumentError(`${problem}.`);
  return text;
}

function toLabels(text: string, earlier: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const label = parseLabel(text);
  if (label === undefined) throw new InvalidArgumentError("Expected name=value, such as region=eu-west.");
  return new Map([...earlier, label]);
}

function toTime(text: string): number {
  const ms = parseTime(text, systemClock.wall());
  if (ms === undefined)
    throw new InvalidArgumentError("Expected a time, such as now-1h or 2026-01-31T12:00:00Z.");
  return ms;
}
