// Runs the real SDKs for two minutes against the built executable while one of two destinations is away: once with a
// queue for it, once without. With the queue everything arrives; without it, the report says how much did not.
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { eventually } from "../base/eventually.ts";
import { configOf, type EndpointConfig, queuedEndpoint } from "../faults/bed.ts";
import { Link } from "../faults/link.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import { buildClient } from "./build_client.ts";
import { killChildren } from "./child.ts";
import { type SdkClient, sdkClients } from "./clients.ts";
import { matchDelivery } from "./delivery.ts";
import { deliveredProfiles, expectedProfiles } from "./profiles.ts";
import { recordSdk } from "./sdk_run.ts";
import { startSink } from "./sink.ts";

const root = resolve(import.meta.dir, "../..");

const { values } = parseArgs({ options: { seconds: { type: "string", default: "120" } } });
const runMs = Number(values.seconds) * 1000;

/** How long the last profiles may take to arrive, in milliseconds. */
const drainMs = 60_000;

interface Ready {
  readonly client: SdkClient;
  readonly folder: string;
}

interface OutageRow {
  readonly sdk: string;
  readonly sent: number;
  /** Profiles that came to the destination that was there all along, and to the other one. */
  readonly arrived: readonly [there: number, away: number];
  /** Requests by the status that the SDK saw. */
  readonly answers: Readonly<Record<string, number>>;
  readonly failure: string | undefined;
}

async function runAll(ready: readonly Ready[], isQueued: boolean, logFolder: string): Promise<OutageRow[]> {
  const [there, away] = [startSink(), startSink()] as const;
  await using link = await Link.open(Number(new URL(away.url).port));
  const endpoint = (name: string, url: string): EndpointConfig =>
    isQueued ? queuedEndpoint(name, url) : { name, url, remote_timeout: "2s" };
  const config = configOf([endpoint("there", there.url), endpoint("away", link.url)]);
  await using pyroduct = await PyroductProcess.start(config);
  const port = Number(new URL(`http://${pyroduct.receiver}`).port);

  const outage = (async () => {
    await Bun.sleep(runMs / 4);
    await link.become("gone");
    await Bun.sleep(runMs / 2);
    await link.become("whole");
  })();
  const runs = await Promise.all(
    ready.map(async ({ client, folder }) => {
      const logFile = join(logFolder, `${client.name}.${isQueued ? "queued" : "bare"}.log`);
      return {
        client,
        ...(await recordSdk(client, "plain", { folder, port, logFile, seconds: runMs / 1000 })),
      };
    }),
  );
  await outage;
  if (isQueued) await eventually("the end of what was queued", () => isEmpty(pyroduct), drainMs);

  const pools = [there, away].map(({ requests }) => requests.flatMap(deliveredProfiles));
  const rows = runs.map(({ client, exchanges, failure }): OutageRow => {
    const sent = exchanges.flatMap(({ request }) => expectedProfiles(request));
    const [atThere = 0, atAway = 0] = pools.map((pool) => matchDelivery(sent, pool).arrived);
    const answers: Record<string, number> = {};
    for (const { answer } of exchanges) {
      const status = String(answer?.status ?? "none");
      answers[status] = (answers[status] ?? 0) + 1;
    }
    return { sdk: client.name, sent: sent.length, arrived: [atThere, atAway], answers, failure };
  });
  await Promise.all([there.stop(), away.stop()]);
  return rows;
}

async function isEmpty(pyroduct: PyroductProcess): Promise<boolean> {
  const answer = await fetch(`http://${pyroduct.admin}/api/v0/queues`);
  const { queues } = (await answer.json()) as { queues: { profiles: number }[] };
  return queues.every(({ profiles }) => profiles === 0);
}

function isWhole({ sent, arrived, answers, failure }: OutageRow): boolean {
  const allTaken = Object.keys(answers).every((status) => status === "200");
  return sent > 0 && arrived.every((count) => count === sent) && allTaken && failure === undefined;
}

function render(title: string, rows: readonly OutageRow[]): string {
  const lines = rows.map(({ sdk, sent, arrived: [there, away], answers, failure }) => {
    const statuses = Object.entries(answers).map(([status, count]) => `${count}×${status}`);
    const cells = [sdk, sent, there, away, sent - away, `${statuses.join(" ")} ${failure ?? ""}`.trim()];
    return `| ${cells.join(" | ")} |`;
  });
  const head = "| SDK | sent | arrived there | arrived where it was away | missing there | answers |";
  return [`${title}:`, "", head, "| --- | ---: | ---: | ---: | ---: | --- |", ...lines, ""].join("\n");
}

async function main(): Promise<boolean> {
  process.env["PYRODUCT_EXECUTABLE"] = resolve(process.env["PYRODUCT_EXECUTABLE"] ?? `${root}/dist/pyroduct`);
  const buildFolder = resolve(root, process.env["PYRODUCT_SDK_BUILD"] ?? "node_modules/.cache/sdk");
  await mkdir(buildFolder, { recursive: true });
  const ready: Ready[] = [];
  for (const client of sdkClients) {
    const built = await buildClient(client, join(import.meta.dir, "clients", client.name), buildFolder);
    if (built.state === "ready") ready.push({ client, folder: built.folder });
    else console.log(`${client.name} ${built.state}: ${built.reason}`);
  }
  const [queued, bare] = await Promise.all([
    runAll(ready, true, buildFolder),
    runAll(ready, false, buildFolder),
  ]);
  console.log(`${runMs / 1000} s, a destination away for the middle half\n`);
  console.log(render("With a queue on the disk", queued));
  console.log(render("Without a queue", bare));
  const failed = queued.filter((row) => !isWhole(row));
  console.log(
    `${queued.length - failed.length} passed, ${failed.length + sdkClients.length - ready.length} failed`,
  );
  return failed.length === 0 && ready.length === sdkClients.length;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  killChildren();
}
