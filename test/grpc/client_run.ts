import { join } from "node:path";
import { type BuiltClient, buildClient, pinnedVersion } from "../sdk/build_client.ts";
import { logTail, runChild } from "../sdk/child.ts";
import type { Doors, GrpcClient } from "./clients.ts";
import { type CallResult, encodePlan, type PlanFiles, type PlannedCall, plannedCalls } from "./plan.ts";

/** A client, and whether it could be built. */
export interface Candidate {
  readonly client: GrpcClient;
  readonly version: string;
  readonly built: BuiltClient;
}

/** What a client was to do and what it says that came of it. */
export interface ClientRun {
  readonly name: string;
  readonly version: string;
  readonly calls: readonly PlannedCall[];
  readonly outcome:
    | { readonly state: "ran"; readonly results: readonly CallResult[] }
    | { readonly state: "skipped" | "failed"; readonly reason: string };
}

const runTimeoutMs = 60_000;

/** Builds a client below `buildFolder`. */
export async function prepareClient(client: GrpcClient, buildFolder: string): Promise<Candidate> {
  const source = join(import.meta.dir, "clients", client.name);
  const built = await buildClient(client, source, buildFolder);
  return { client, version: await pinnedVersion(client, source), built };
}

/** Has a client make every call that it knows; its plan and what it writes are kept in `folder`. */
export async function runClient(
  { client, version, built }: Candidate,
  doors: Doors,
  files: PlanFiles,
  folder: string,
): Promise<ClientRun> {
  const run = { name: client.name, version, calls: plannedCalls(client, doors) };
  if (built.state !== "ready") {
    // Continuous integration has every toolchain: one that is missing there would hide a failure.
    const state = built.state === "skipped" && process.env["CI"] !== "true" ? "skipped" : "failed";
    return { ...run, outcome: { state, reason: built.reason } };
  }
  const planFile = join(folder, `${client.name}.plan.json`);
  const resultFile = join(folder, `${client.name}.results.json`);
  const logFile = join(folder, `${client.name}.log`);
  await Bun.write(planFile, encodePlan(run.calls, files));
  const problem = await runChild([...client.program, planFile, resultFile], {
    cwd: built.folder,
    logFile,
    timeoutMs: runTimeoutMs,
  });
  if (problem !== undefined)
    return { ...run, outcome: { state: "failed", reason: `${problem}\n${await logTail(logFile)}` } };
  return { ...run, outcome: { state: "ran", results: await Bun.file(resultFile).json() } };
}
