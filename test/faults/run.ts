// Breaks things around the built executable while numbered profiles flow, and counts what became of each of them.
import { cpus, totalmem } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { renderTable } from "./report.ts";
import { type Row, runScenario } from "./run_scenario.ts";
import { scenarios } from "./scenarios.ts";

const root = resolve(import.meta.dir, "../..");

const { values } = parseArgs({
  options: {
    long: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
    json: { type: "string" },
  },
});

async function main(): Promise<boolean> {
  process.env["PYRODUCT_EXECUTABLE"] = resolve(process.env["PYRODUCT_EXECUTABLE"] ?? `${root}/dist/pyroduct`);
  const executable = process.env["PYRODUCT_EXECUTABLE"];
  if (!(await Bun.file(executable).exists())) {
    throw new Error(`There is no ${executable}: run \`bun run build\` first, or set PYRODUCT_EXECUTABLE.`);
  }
  const unknown = values.only.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `no scenario ${unknown.join(", ")}; there are: ${scenarios.map(({ name }) => name).join(", ")}`,
    );
  }
  const rows: Row[] = [];
  for (const scenario of scenarios) {
    if (values.only.length > 0 && !values.only.includes(scenario.name)) continue;
    const row = await runScenario(scenario, values.long);
    rows.push(row);
    console.log(`${row.state.padEnd(7)} ${row.name}: ${row.fault}, ${row.seconds.toFixed(1)} s`);
    for (const line of [...row.problems.map((problem) => `problem: ${problem}`), ...row.notes]) {
      console.log(`        ${line}`);
    }
  }
  console.log(`\n${renderTable(rows)}\n`);
  if (values.json !== undefined) await writeJson(values.json, rows);
  const count = (state: Row["state"]) => rows.filter((row) => row.state === state).length;
  const skipped = count("skipped");
  console.log(
    `${skipped === 0 ? "" : `${skipped} skipped, `}${count("ok")} passed, ${count("failed")} failed`,
  );
  return count("failed") === 0;
}

async function writeJson(file: string, rows: readonly Row[]): Promise<void> {
  const machine = { cores: cpus().length, cpu: cpus()[0]?.model ?? "", memoryBytes: totalmem() };
  const report = { date: new Date().toISOString(), form: values.long ? "long" : "short", machine, rows };
  await Bun.write(file, `${JSON.stringify(report, null, 2)}\n`);
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
