import { writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { CodedError } from "../base/failure.ts";
import type { DeadLetterInfo, QueueInfo } from "../component/queues.ts";
import { QueueClient, type QueueRequest } from "./queue_client.ts";
import { deadLetterLines, queueLines, queueTable } from "./queue_text.ts";

/** Dead letters that `show` lists at most. */
const shownLetters = "100";

interface ServerFlag {
  readonly server: string;
}

/** Adds `queue` and its commands, which talk to the admin server of a pyroduct that runs. */
export function addQueue(program: Command, defaultServer: string): void {
  const queue = program.command("queue").description("look at what is queued, and put it in order");
  const command = (name: string, description: string) =>
    queue
      .command(name)
      .description(description)
      .option("--server <url>", "the admin server; may hold user:password@", toUrl, defaultServer);

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

async function list({ server }: ServerFlag): Promise<void> {
  const { queues } = await new QueueClient(server).json<{ readonly queues: readonly QueueInfo[] }>({
    method: "GET",
    path: ["queues"],
  });
  print(
    queues.length === 0 ? ["nothing is queued, and no endpoint has a queue"] : queueTable(queues, Date.now()),
  );
}

async function show(
  queue: string,
  id: string | undefined,
  { server, output }: ServerFlag & { readonly output?: string },
): Promise<void> {
  const client = new QueueClient(server);
  const path = ["queues", queue];
  if (id === undefined) {
    const info = await client.json<QueueInfo>({ method: "GET", path });
    const { dead_letters: letters } = await client.json<{ readonly dead_letters: readonly DeadLetterInfo[] }>(
      {
        method: "GET",
        path: [...path, "dead_letters"],
        query: { limit: shownLetters },
      },
    );
    print([
      ...queueLines(info, Date.now()),
      ...letters.flatMap((letter) => ["", ...deadLetterLines(letter)]),
    ]);
    return;
  }
  const letter: QueueRequest = { method: "GET", path: [...path, "dead_letters", id] };
  print(deadLetterLines(await client.json<DeadLetterInfo>(letter)));
  if (output === undefined) return;
  writeFileSync(output, await client.bytes({ ...letter, path: [...letter.path, "body"] }));
}

async function resend(
  queue: string,
  id: string | undefined,
  { server, to }: ServerFlag & { readonly to?: string },
): Promise<void> {
  const client = new QueueClient(server);
  const path = ["queues", queue];
  const query = to === undefined ? {} : { to };
  const letters = [...path, "dead_letters", ...(id === undefined ? [] : [id]), "resend"];
  let profiles = await count(client, { method: "POST", path: letters, query });
  if (id === undefined && to !== undefined) {
    profiles += await count(client, { method: "POST", path: [...path, "move"], query });
  }
  print([`${profiles} queued again`]);
}

async function drop(
  queue: string,
  id: string | undefined,
  { server, all = false }: ServerFlag & { readonly all?: boolean },
): Promise<void> {
  if (all && id !== undefined) throw new CodedError("invalid_argument", "--all goes without a dead letter");
  const path = ["queues", queue, ...(all ? [] : ["dead_letters"]), ...(id === undefined ? [] : [id])];
  print([`${await count(new QueueClient(server), { method: "DELETE", path })} dropped`]);
}

async function count(client: QueueClient, request: QueueRequest): Promise<number> {
  const { profiles } = await client.json<{ readonly profiles: number }>(request);
  return profiles;
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

function toUrl(text: string): string {
  const url = /^https?:\/\//.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url)) throw new InvalidArgumentError("Expected a URL, such as http://127.0.0.1:12345.");
  return url;
}
