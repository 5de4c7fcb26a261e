import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { BenchEnvironment } from "./environment.ts";
import { machineText, thisMachine } from "./machine.ts";
import { repository } from "./program.ts";
import type { RowResult } from "./row.ts";
import { alignedText, markdownTable, tableOf } from "./table.ts";

/**
 * Writes everything measured into the file of `--json`, and prints the table.
 *
 * @param otherLoad share of the machine that others took before the first row, 0 to 1.
 */
export async function report(
  results: readonly RowResult[],
  { options, tools: { versions } }: BenchEnvironment,
  tolerance: number,
  otherLoad: number,
): Promise<void> {
  const machine = thisMachine();
  const file = resolve(repository, options.json);
  const all = {
    date: new Date().toISOString(),
    machine,
    otherLoad,
    versions,
    options: { ...options, row: options.row?.source },
    results,
  };
  await mkdir(dirname(file), { recursive: true });
  await Bun.write(file, JSON.stringify(all, null, 2));
  const table = tableOf(results, { tolerance, isBrief: options.markdown });
  const { bun, nginx, wrk } = versions;
  console.log(options.markdown ? markdownTable(table) : alignedText(table));
  console.log(`\n${machineText(machine)}; Bun ${bun}, nginx ${nginx}, wrk ${wrk}; all values: ${file}`);
}
