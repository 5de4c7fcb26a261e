import { Argument, type Command } from "commander";
import { adminError } from "./admin_failure.ts";
import { type AdminFlags, addAdminFlags, adminClient } from "./admin_flags.ts";

/** What can be asked of a running pyroduct, each at `/-/` of its admin server. */
const probes = ["ready", "live", "healthy"] as const;

/** One of the probes. */
type ProbeName = (typeof probes)[number];

/** How long an answer may take, in milliseconds: two of them take less than the image's health check waits, 5 s. */
const answerMs = 2000;

/** Adds the command that asks a pyroduct how it does; for images without a shell or curl. */
export function addProbe(program: Command, exitWith: (status: number) => void): void {
  const question = new Argument("[question]", "what to ask").choices(probes);
  addAdminFlags(
    program
      .command("probe")
      .description("ask a running pyroduct how it does; exit status 0 where the answer is good")
      .addArgument(question.default("ready" satisfies ProbeName)),
  ).action(async (name: ProbeName, flags: AdminFlags) => exitWith(await probe(name, flags)));
}

/**
 * Prints what it says.
 *
 * @returns the exit status: 1 where the answer is no.
 * @throws CodedError where there is no answer.
 */
async function probe(name: ProbeName, flags: AdminFlags): Promise<number> {
  const answer = await adminClient(flags, answerMs).ask(`/-/${name}`);
  if (answer.type === "failure") throw adminError(answer);
  process.stdout.write(answer.body);
  return answer.status === 200 ? 0 : 1;
}
