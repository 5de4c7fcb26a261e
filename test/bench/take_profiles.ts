import { mkdir } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { type CpuProfile, topFunctions } from "./cpu_profile.ts";
import type { BenchEnvironment } from "./environment.ts";
import { LoadedReceiver } from "./loaded_receiver.ts";
import { repository } from "./program.ts";
import type { Row } from "./row.ts";
import { alignedText } from "./table.ts";

const shownFunctions = 25;

/**
 * For each row that names a receiver to profile, runs it from its source under the row's load, leaves a CPU profile
 * and prints which functions of JavaScript ran most of the time. Native threads are not in it.
 */
export async function takeProfiles(rows: readonly Row[], environment: BenchEnvironment): Promise<void> {
  const folder = dirname(resolve(repository, environment.options.json));
  await mkdir(folder, { recursive: true });
  for (const { name, profile } of rows) {
    if (profile === undefined) continue;
    const file = `${name
      .replace(/[^a-z0-9]+/gi, "-")
      .replace(/^-|-$/g, "")
      .toLowerCase()}.cpuprofile`;
    environment.tell(`${name}: ${profile.receiver}`);
    const { options } = environment;
    {
      await using receiver = await environment.startReceiver(profile.receiver, {
        // Set, it keeps pyroduct from replacing itself at the start, which the profiler's signals do not survive.
        BUN_CONFIG_MAX_HTTP_REQUESTS: "65535",
        BUN_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder} --cpu-prof-name=${file}`,
      });
      const one = new LoadedReceiver(environment, profile.receiver, receiver);
      await one.send(profile.load, options.firstWarmUpSeconds + options.rounds * options.seconds);
      for (const problem of await one.problems()) environment.tell(problem);
    }
    const path = join(folder, file);
    const taken = topFunctions(JSON.parse(await Bun.file(path).text()) as CpuProfile, shownFunctions);
    const lines = taken.map(({ name: own, place, share }) => [
      `${(100 * share).toFixed(1)} %`,
      own,
      place.startsWith("/") ? relative(repository, place) : place,
    ]);
    console.log(`\n${name}: ${path}\n${alignedText([["self", "function", "place"], ...lines])}`);
  }
}
