import { mkdir } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { type CpuProfile, topFunctions } from "./cpu_profile.ts";
import type { BenchEnvironment } from "./environment.ts";
import { LoadedReceiver } from "./loaded_receiver.ts";
import { cpuNanosByThread } from "./process_tree.ts";
import { repository } from "./program.ts";
import type { Row } from "./row.ts";
import { alignedText } from "./table.ts";

const shownFunctions = 25;

/** Threads below this share of all CPU time are not shown. */
const smallShare = 0.005;

/**
 * For each row that names a receiver to profile, runs it from its source under the row's load, leaves a CPU profile
 * beside the JSON file, and prints which functions and which threads took most of the time.
 */
export async function takeProfiles(rows: readonly Row[], environment: BenchEnvironment): Promise<void> {
  for (const row of rows)
    if (row.profile !== undefined) await takeProfile(row.name, row.profile, environment);
}

async function takeProfile(
  name: string,
  { receiver: receiverName, run }: NonNullable<Row["profile"]>,
  environment: BenchEnvironment,
): Promise<void> {
  const { options, tell } = environment;
  tell(`${name}: ${receiverName}`);
  const folder = dirname(resolve(repository, options.json));
  await mkdir(folder, { recursive: true });
  const file = `${name
    .replace(/[^a-z0-9]+/gi, "-")
    .replace(/^-/, "")
    .toLowerCase()}.cpuprofile`;
  let threads: ReadonlyMap<string, number>;
  {
    await using receiver = await environment.startReceiver(receiverName, {
      // Set, it keeps pyroduct from replacing itself at the start, which the profiler's signals do not survive.
      BUN_CONFIG_MAX_HTTP_REQUESTS: "65535",
      BUN_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder} --cpu-prof-name=${file}`,
    });
    if (receiver.pid === undefined) throw new Error("its process is not known");
    const one = new LoadedReceiver(environment, receiverName, receiver);
    await run(one, options.firstWarmUpSeconds + options.rounds * options.seconds);
    threads = cpuNanosByThread(receiver.pid);
    for (const problem of await one.problems()) tell(problem);
  }
  const path = join(folder, file);
  const profile = JSON.parse(await Bun.file(path).text()) as CpuProfile;
  console.log(`\n${name}: ${path}\n\n${functionTable(profile)}\n\n${threadTable(threads)}`);
}

function functionTable(profile: CpuProfile): string {
  const lines = topFunctions(profile, shownFunctions).map(({ name, place, share }) => [
    percent(share),
    name,
    place.startsWith("/") ? relative(repository, place) : place,
  ]);
  return alignedText([["of JavaScript", "function itself", "place"], ...lines]);
}

function threadTable(threads: ReadonlyMap<string, number>): string {
  const all = [...threads.values()].reduce((sum, nanos) => sum + nanos, 0);
  const lines = [...threads]
    .toSorted(([, left], [, right]) => right - left)
    .filter(([, nanos]) => nanos / all >= smallShare)
    .map(([name, nanos]) => [percent(nanos / all), name]);
  return alignedText([["of CPU time", "thread"], ...lines]);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
