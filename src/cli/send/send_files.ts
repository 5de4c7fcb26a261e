import { basename } from "node:path";
import { formatByteSize } from "../../base/byte_size.ts";
import { systemClock } from "../../base/clock.ts";
import { CodedError } from "../../base/failure.ts";
import type { DeliveryFailure } from "../../profile/failure_report.ts";
import { isProfileRefused } from "../../profile/status.ts";
import type { AdviceWords } from "../../write/advice_rule.ts";
import { deliveryAdvice } from "../../write/delivery_advice.ts";
import type { WriteArguments } from "../../write/schema.ts";
import { failureText } from "../failure_text.ts";
import { paint } from "../terminal.ts";
import { Courier } from "./courier.ts";
import { appNameProblem, outgoingProfile, type ProfileFacts, type SendProtocol } from "./outgoing_profile.ts";
import { type ProfileFormat, readContent } from "./profile_format.ts";
import { readInput, unreadable } from "./read_input.ts";

/** How the files are to be sent. */
export interface SendOrder extends Omit<ProfileFacts, "name"> {
  /** Without it every file is sent under its own name. */
  readonly name: string | undefined;
  readonly protocol: SendProtocol;
  readonly format: ProfileFormat | undefined;
  /** How long each may take. */
  readonly timeoutMs: number;
}

/** The exit status where a file was not sent because of itself or of the command. */
const mistakeStatus = 1;

/** The exit status where the receiver did not take one. */
const undeliveredStatus = 2;

const words: AdviceWords = {
  url: "--url",
  credentials: "--username and --password-file",
  tenant: "--tenant",
  authorities: "--ca-file",
  timeout: "--timeout",
  certificate: "--cert-file and --key-file",
};

/** What became of one file. */
type Sent = { readonly status: number; readonly isLast: boolean };

/**
 * Sends files one after the other, and prints a line for each.
 *
 * @returns the exit status: 0 where all were taken, 1 where one could not be read or sent this way, 2 where the
 *   receiver did not take one.
 * @throws CodedError where a file is not there, before anything is sent.
 */
export async function sendFiles(
  files: readonly string[],
  destination: WriteArguments,
  order: SendOrder,
): Promise<number> {
  const problems = files.flatMap((file) => unreadable(file) ?? []);
  if (files.filter((file) => file === "-").length > 1)
    problems.push("-: standard input can be read only once");
  if (problems.length > 0) throw new CodedError("invalid_argument", problems.join("\n"));
  const courier = new Courier(destination, systemClock);
  await courier.start();
  let status = 0;
  let taken = 0;
  try {
    for (const [index, file] of files.entries()) {
      const place = files.length === 1 ? "" : `[${index + 1}/${files.length}] `;
      const sent = await sendFile(file, place, courier, order);
      status = Math.max(status, sent.status);
      if (sent.status === 0) taken += 1;
      const left = files.length - index - 1;
      if (!sent.isLast || left === 0) continue;
      complain(
        `stopped: the ${left === 1 ? "other file was" : `other ${left} files were`} not tried, since the same would happen`,
      );
      break;
    }
  } finally {
    await courier.stop();
  }
  if (files.length > 1) process.stdout.write(`${taken} of ${files.length} files sent\n`);
  return status;
}

async function sendFile(file: string, place: string, courier: Courier, order: SendOrder): Promise<Sent> {
  const shown = file === "-" ? "(standard input)" : file;
  try {
    const content = readContent(await readInput(file), order.format);
    const name = order.name ?? nameOf(file);
    const profile = outgoingProfile(content, { ...order, name }, order.protocol, systemClock.wall());
    const failure = await courier.deliver(profile, order.timeoutMs);
    if (failure === undefined) {
      const size = formatByteSize(content.bytes.byteLength);
      const sent = paint("green", "sent", process.stdout);
      process.stdout.write(
        `${place}${sent} ${shown} (${content.format}, ${size}) as ${name} to ${courier.url}\n`,
      );
      return { status: 0, isLast: false };
    }
    complain(
      `${place}${shown}: not taken by ${courier.url}: ${describe(failure)}`,
      adviceOf(failure, courier),
    );
    return { status: undeliveredStatus, isLast: !isProfileRefused(failure.cause) };
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    complain(`${place}${shown}: ${thrown.message}`);
    return { status: mistakeStatus, isLast: false };
  }
}

function describe({ cause, attempts }: DeliveryFailure): string {
  return `${failureText(cause)}${attempts > 1 ? ` (tried ${attempts} times)` : ""}`;
}

function adviceOf({ cause }: DeliveryFailure, { url, hasCredentials }: Courier): string | undefined {
  return deliveryAdvice(cause, { url, hasCredentials }, words);
}

function complain(problem: string, fix?: string): void {
  process.stderr.write(`${paint("red", problem, process.stderr)}\n`);
  if (fix !== undefined)
    process.stderr.write(`  ${paint(["bold", "green"], "fix:", process.stderr)} ${fix}\n`);
}

// `traces/my app.cpu.pprof.gz` is of `my-app`.
function nameOf(file: string): string {
  const name =
    basename(file)
      .split(".", 1)[0]
      ?.replaceAll(/[^a-zA-Z0-9_/-]+/g, "-") ?? "";
  if (file === "-" || appNameProblem(name) !== undefined) {
    throw new CodedError("invalid_argument", "it has no name to be sent under: add --name");
  }
  return name;
}
