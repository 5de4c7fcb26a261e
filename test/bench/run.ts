// `bun run bench`: measures what a profile costs pyroduct's executable, beside nginx and a bare relay on Bun.
import { killChildren } from "../sdk/child.ts";
import { renderTotals } from "../sdk/report.ts";
import { BenchEnvironment } from "./environment.ts";
import { quickTolerance } from "./goal.ts";
import { type BenchOptions, parseOptions } from "./options.ts";
import { machineLoad } from "./process_tree.ts";
import { report } from "./report.ts";
import type { Row, RowResult } from "./row.ts";
import { rows } from "./rows.ts";
import { standings } from "./standings.ts";
import { takeProfiles } from "./take_profiles.ts";
import { countTotals } from "./totals.ts";

/** More than this share of the machine's CPU time taken by others is worth a word. */
const busyShare = 0.1;

const startedAt = performance.now();

function tell(line: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4);
  console.error(`${seconds} s  ${line}`);
}

function chosenRows({ form, row }: BenchOptions): Row[] {
  const chosen = rows.filter(
    ({ name, forms = ["quick", "full"] }) => forms.includes(form) && (row?.test(name) ?? true),
  );
  if (chosen.length === 0) throw new Error(`there is no such row; there are:\n${rowNames()}`);
  return chosen;
}

function rowNames(): string {
  return rows.map(({ name }) => `  ${name}`).join("\n");
}

async function runRow(row: Row, environment: BenchEnvironment): Promise<RowResult> {
  tell(row.name);
  try {
    const result = await row.run(environment);
    const goals = result.goals.map((goal) => ({ ...goal, standing: standings[row.name]?.[goal.text] }));
    return { name: row.name, ...result, goals };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    tell(problem);
    return { name: row.name, measured: [], goals: [], problems: [problem.split("\n", 1)[0] ?? ""] };
  }
}

async function main(options: BenchOptions, resources: AsyncDisposableStack): Promise<number> {
  const chosen = chosenRows(options);
  const environment = resources.use(await BenchEnvironment.start(options, tell));
  if (options.profile) {
    await takeProfiles(chosen, environment);
    return 0;
  }
  // What is wrong with it shows before anything is measured.
  if (options.against !== undefined) await environment.receiver("against");
  const otherLoad = await machineLoad(500);
  if (otherLoad > busyShare)
    tell(`others take ${(100 * otherLoad).toFixed(0)} % of this machine: expect noise`);
  const results: RowResult[] = [];
  for (const row of chosen) {
    // A signal has taken away what the other rows would need.
    if (ending !== undefined) return ending;
    results.push(await runRow(row, environment));
  }
  const tolerance = options.form === "quick" ? quickTolerance : 1;
  await report(results, environment, tolerance, otherLoad);
  const totals = countTotals(results, tolerance);
  console.log(`\n${renderTotals(totals)}`);
  return totals.failed > 0 ? 1 : 0;
}

const resources = new AsyncDisposableStack();

/** Set once it is over. */
let ending: Promise<never> | undefined;

/** Ends everything that was started, and this process; the first call counts. */
function finish(status: number): Promise<never> {
  ending ??= (async () => {
    await resources.disposeAsync().catch((error: unknown) => console.error(String(error)));
    killChildren();
    process.exit(status);
  })();
  return ending;
}

const options = parseOptions(Bun.argv.slice(2));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void finish(130));
try {
  await finish(await main(options, resources));
} catch (error) {
  if (ending === undefined) {
    console.error(error instanceof Error ? error.message : String(error));
    console.log(renderTotals({ passed: 0, failed: 1, skipped: 0 }));
  }
  await finish(1);
}
