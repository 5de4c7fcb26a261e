// Calls Push in gRPC, gRPC-Web and Connect as other people's libraries speak them, at the built executable.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { killChildren, logTail, runChild } from "../sdk/child.ts";
import { renderTotals } from "../sdk/report.ts";
import { startCaseBed } from "./case_bed.ts";
import { prepareClient, runClient } from "./client_run.ts";
import { grpcClients } from "./clients.ts";
import { reportOf } from "./report.ts";

const root = resolve(import.meta.dir, "../..");
const totalTimeoutMs = 300_000;
const describeTimeoutMs = 60_000;
const logLines = 20;

const resources = new AsyncDisposableStack();
const scratch = await mkdtemp(join(tmpdir(), "pyroduct-grpc-"));

/** Writes what protobuf needs to know of push.v1 into a file. */
async function describeMessages(): Promise<string> {
  const file = join(scratch, "push.binpb");
  const logFile = join(scratch, "buf.log");
  const buf = [
    process.execPath,
    join(root, "node_modules/.bin/buf"),
    "build",
    join(root, "proto"),
    "-o",
    file,
  ];
  const problem = await runChild(buf, { cwd: root, logFile, timeoutMs: describeTimeoutMs });
  if (problem !== undefined) throw new Error(`buf build: ${problem}\n${await logTail(logFile)}`);
  return file;
}

function useExecutable(): string {
  const executable = resolve(process.env["PYRODUCT_EXECUTABLE"] ?? join(root, "dist/pyroduct"));
  process.env["PYRODUCT_EXECUTABLE"] = executable;
  return executable;
}

async function main(): Promise<number> {
  const executable = useExecutable();
  if (!(await Bun.file(executable).exists()))
    throw new Error(`There is no ${executable}: run \`bun run build\` first, or set PYRODUCT_EXECUTABLE.`);
  const buildFolder = join(root, "node_modules/.cache/grpc");
  await mkdir(buildFolder, { recursive: true });
  const candidates = await Promise.all(grpcClients.map((client) => prepareClient(client, buildFolder)));
  const descriptorFile = await describeMessages();

  const { pyroduct, doors, sink, caFile } = await startCaseBed(resources);
  const files = { caFile, descriptorFile };
  const runs = await Promise.all(candidates.map((candidate) => runClient(candidate, doors, files, scratch)));
  const status = await pyroduct.stop();
  const others = status === 0 ? [] : [`pyroduct ended with status ${status} after SIGTERM`];
  const { lines, problems, totals } = reportOf(runs, sink.requests, others);
  console.log([...lines, ...(problems.length > 0 ? ["", ...problems] : [])].join("\n"));
  if (totals.failed > 0) {
    const log = pyroduct.log.slice(-logLines).map((line) => JSON.stringify(line));
    console.log(["", "the end of pyroduct's log:", ...log].join("\n"));
  }
  console.log(`\n${renderTotals(totals)}`);
  return totals.failed > 0 ? 1 : 0;
}

async function finish(status: number): Promise<never> {
  killChildren();
  await resources.disposeAsync();
  await rm(scratch, { recursive: true, force: true });
  process.exit(status);
}

function fail(message: string): Promise<never> {
  console.error(message);
  console.log(renderTotals({ passed: 0, failed: 1, skipped: 0 }));
  return finish(1);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void finish(130));
setTimeout(() => void fail(`not done after ${totalTimeoutMs / 1000} s`), totalTimeoutMs);
try {
  await finish(await main());
} catch (error) {
  await fail(error instanceof Error ? error.message : String(error));
}
