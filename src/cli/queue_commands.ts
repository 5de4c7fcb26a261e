import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import * as v from "valibot";
import { CodedError } from "../base/failure.ts";
import { deadLetter, queueInfo } from "../controller/shard_protocol.ts";
import type { AdminClient } from "./admin_client.ts";
import { type AdminFlags, addAdminFlags, adminClient } from "./admin_flags.ts";
import { deadLetterLines, queueLines, queueTable } from "./queue_text.ts";

/** Dead letters that `show` lists at most. */
const shownLetters = "100";

/** How long the admin server may take to answer, in milliseconds. */
const answerMs = 30_000;

const queuesSchema = v.object({ queues: v.array(queueInfo) });
const lettersSchema = v.object({ dead_letters: v.array(deadLetter) });
const countSchema = v.object({ profiles: v.number() });

/** Adds `queue` and its commands, which talk to the admin server of a pyroduct that runs. */
export function addQueue(program: Command): void {
  const queue = program.command("queue").description("look at what is queued, and put it in order");
  const command = (name: string, description: string) =>
    addAdminFlags(queue.command(name).description(description));

  command("ls", "list the queues").action(list);
  command("show", "show a queue with its dead letters, or one dead letter")
    .argument("<queue>", "the queue's id, or its endpoint where that is clear")
    .argument("[id]", "a dead letter")
    .option("--output <file>", "write the dead letter's body there")
    .action(show);
  command("resend", "send dead letters again, or what waits in a queue without an endpoint")
    .argument("<queue>", "the queue's id, or its endpoint where that is clear")
    .argument("[id]", "one dead letter; without it all of them")
    .option("--to <queue>", "put it into another queue; without an id, all that waits goes there too")
    .action(resend);
  command("drop", "drop dead letters, or all that is in a queue")
    .argument("<queue>", "the queue's id, or its endpoint where that is clear")
    .argument("[id]", "one dead letter; without it all of them")
    .option("--all", "drop what waits in the queue too")
    .action(drop);
}

async function list(flags: AdminFlags): Promise<void> {
  const { queues } = await adminClient(flags, answerMs).json(queuesSchema, pathOf());
  print(
    queues.length === 0 ? ["nothing is queued, and no endpoint has a queue"] : queueTable(queues, Date.now()),
  );
}

async function show(
  queue: string,
  id: string | undefined,
  { output, ...flags }: AdminFlags & { readonly output?: string },
): Promise<void> {
  const client = adminClient(flags, answerMs);
  if (id === undefined) {
    const info = await client.json(queueInfo, pathOf(queue));
    const letters = `${pathOf(queue, "dead_letters")}?limit=${shownLetters}`;
    const { dead_letters } = await client.json(lettersSchema, letters);
    print([
      ...queueLines(info, Date.now()),
      ...dead_letters.flatMap((letter) => ["", ...deadLetterLines(letter)]),
    ]);
    return;
  }
  const letter = pathOf(queue, "dead_letters", id);
  print(deadLetterLines(await client.json(deadLetter, letter)));
  if (output === undefined) return;
  writeFileSync(output, (await client.mustAsk(`${letter}/body`)).body);
}

async function resend(
  queue: string,
  id: string | undefined,
  { to, ...flags }: AdminFlags & { readonly to?: string },
): Promise<void> {
  const client = adminClient(flags, answerMs);
  const query = to === undefined ? "" : `?to=${encodeURIComponent(to)}`;
  const letters = pathOf(queue, "dead_letters", ...(id === undefined ? [] : [id]), "resend");
  let profiles = await count(client, "POST", `${letters}${query}`);
  if (id === undefined && to !== undefined) {
    profiles += await count(client, "POST", `${pathOf(queue, "move")}${query}`);
  }
  print([`${profiles} queued again`]);
}

async function drop(
  queue: string,
  id: string | undefined,
  { all = false, ...flags }: AdminFlags & { readonly all?: boolean },
): Promise<void> {
  if (all && id !== undefined) throw new CodedError("invalid_argument", "--all goes without a dead letter");
  const path = pathOf(queue, ...(all ? [] : ["dead_letters"]), ...(id === undefined ? [] : [id]));
  print([`${await count(adminClient(flags, answerMs), "DELETE", path)} dropped`]);
}

async function count(client: AdminClient, method: "POST" | "DELETE", path: string): Promise<number> {
  return (await client.json(countSchema, path, { method })).profiles;
}

function pathOf(...parts: readonly string[]): string {
  return ["/api/v0/queues", ...parts.map(encodeURIComponent)].join("/");
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}
