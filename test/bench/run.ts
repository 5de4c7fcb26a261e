// `bun run bench`: measures what a profile costs pyroduct's executable, beside nginx and a bare relay on Bun.
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { killChildren } from "../sdk/child.ts";
import { renderTotals } from "../sdk/report.ts";
import { BenchEnvironment } from "./environment.ts";
import { quickTolerance } from "./goal.ts";
import { machineText, thisMachine } from "./machine.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import { machineLoad } from "./process_tree.ts";
import { repository } from "./program.ts";
import type { Row, RowResult } from "./row.ts";
import { rows } from "./rows.ts";
import { alignedText, markdownTable, tableOf } from "./table.ts";
import { countTotals } from "./totals.ts";

/** More than this share of the machine's CPU time taken by others is worth a word. */
const busyShare = 0.1;

const startedAt = performance.now();

function tell(line: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4);
  console.error(`${seconds} s  ${line}`);
}

function chosenRows({ quick, long, row }: BenchOptions): Row[] {
  const form = long ? "long" : undefined;
  return rows.filter(
    (one) =>
      (long ? one.form === form : one.form !== "long" && !(quick && one.form === "full")) &&
      (row === undefined || row.test(one.name)),
  );
}

async function runRow(row: Row, environment: BenchEnvironment): Promise<RowResult> {
  tell(row.name);
  try {
    return { name: row.name, ...(await row.run(environment)) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    tell(problem);
    return { name: row.name, measured: [], goals: [], problems: [problem.split("\n", 1)[0] ?? ""] };
  }
}

async function main(options: BenchOptions, resources: AsyncDisposableStack): Promise<number> {
  const chosen = chosenRows(options);
  if (chosen.length === 0) throw new Error(`no row's name matches ${options.row}`);
  const environment = resources.use(await BenchEnvironment.start(options, tell));
  const otherLoad = await machineLoad(500);
  if (otherLoad > busyShare)
    tell(`others take ${(100 * otherLoad).toFixed(0)} % of this machine: expect noise`);
  const results: RowResult[] = [];
  for (const row of chosen) results.push(await runRow(row, environment));

  const tolerance = options.quick ? quickTolerance : 1;
  const machine = thisMachine();
  const { versions } = environment.tools;
  const file = resolve(repository, options.json);
  await mkdir(dirname(file), { recursive: true });
  const { row, ...rest } = options;
  const date = new Date().toISOString();
  const asGiven = { ...rest, row: row?.source };
  await Bun.write(
    file,
    JSON.stringify({ date, machine, otherLoad, versions, options: asGiven, results }, null, 2),
  );

  const table = tableOf(results, tolerance);
  console.log(options.markdown ? markdownTable(table) : alignedText(table));
  console.log(
    `\n${machineText(machine)}; Bun ${versions["bun"]}, nginx ${versions["nginx"]}; all of it in ${file}`,
  );
  const totals = countTotals(results, tolerance);
  console.log(`\n${renderTotals(totals)}`);
  return totals.failed > 0 ? 1 : 0;
}

const resources = new AsyncDisposableStack();

async function finish(status: number): Promise<never> {
  await resources.disposeAsync().catch((error: unknown) => console.error(String(error)));
  killChildren();
  process.exit(status);
}

const options = parseOptions(Bun.argv.slice(2));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void finish(130));
try {
  await finish(await main(options, resources));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  console.log(renderTotals({ passed: 0, failed: 1, skipped: 0 }));
  await finish(1);
}
