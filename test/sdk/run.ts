// Runs the real SDKs at their newest versions against the built executable, which forwards to two sinks, and
// compares what the SDKs put on the wire with what the sinks got.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type BuiltClient, buildClient, pinnedVersion } from "./build_client.ts";
import { killChildren } from "./child.ts";
import { type SdkClient, sdkClients } from "./clients.ts";
import { matchDelivery } from "./delivery.ts";
import { deliveredProfiles, type Profile } from "./profiles.ts";
import { startPyroduct } from "./pyroduct.ts";
import type { RecordedRequest } from "./recorded_request.ts";
import { countChecks, type Row, renderReport, renderTotals } from "./report.ts";
import { runSdk, type SdkRun, type Variant } from "./sdk_run.ts";
import { startSink } from "./sink.ts";

const ROOT = resolve(import.meta.dir, "../..");
const TOTAL_TIMEOUT_MS = 360_000;
const LOG_LINES = 20;
const VARIANTS: readonly Variant[] = ["plain", "slash"];

interface Candidate {
  readonly client: SdkClient;
  readonly version: string;
  readonly built: BuiltClient;
}

interface Attempt extends Candidate {
  readonly variant: Variant;
  /** Undefined where the client was not built. */
  readonly run: SdkRun | undefined;
}

function seconds(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;
}

async function buildAll(buildFolder: string): Promise<Candidate[]> {
  const all: Candidate[] = [];
  // One after the other: each build fills the machine by itself.
  for (const client of sdkClients) {
    const start = performance.now();
    const source = join(import.meta.dir, "clients", client.name);
    const built = await buildClient(client, source, buildFolder);
    console.log(`${client.name}: ${built.state} after ${seconds(start)}`);
    all.push({ client, version: await pinnedVersion(client, source), built });
  }
  return all;
}

function runAll(candidates: readonly Candidate[], port: number, logFolder: string): Promise<Attempt[]> {
  const pairs = candidates.flatMap((candidate) => VARIANTS.map((variant) => ({ ...candidate, variant })));
  return Promise.all(
    pairs.map(async (pair): Promise<Attempt> => {
      if (pair.built.state !== "ready") return { ...pair, run: undefined };
      const logFile = join(logFolder, `${pair.client.name}.${pair.variant}.log`);
      return {
        ...pair,
        run: await runSdk(pair.client, pair.variant, { folder: pair.built.folder, port, logFile }),
      };
    }),
  );
}

/** The profiles that came to a sink. What cannot be read as such is added to `strays`. */
function poolOf(requests: readonly RecordedRequest[], strays: string[]): Profile[] {
  return requests.flatMap((request) => {
    try {
      return deliveredProfiles(request);
    } catch (error) {
      strays.push(`came unasked: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
}

function toRow(
  { client, version, built, variant, run }: Attempt,
  pools: readonly [Profile[], Profile[]],
): Row {
  const start = { sdk: client.name, version, variant };
  if (built.state !== "ready") {
    // Continuous integration has every toolchain: one that is missing there would hide a failure.
    const state = built.state === "skipped" && process.env["CI"] !== "true" ? "skipped" : "failed";
    return { ...start, outcome: { state, reason: built.reason } };
  }
  const { sent, paths, problems } = run ?? { sent: [], paths: [], problems: ["did not run"] };
  const deliveries = [matchDelivery(sent, pools[0]), matchDelivery(sent, pools[1])] as const;
  return { ...start, outcome: { state: "ran", sent: sent.length, paths, problems, deliveries } };
}

async function main(scratch: string): Promise<number> {
  const executable = resolve(process.env["PYRODUCT_EXECUTABLE"] ?? join(ROOT, "dist/pyroduct"));
  if (!(await Bun.file(executable).exists())) {
    throw new Error(`There is no ${executable}: run \`bun run build\` first, or set PYRODUCT_EXECUTABLE.`);
  }
  const buildFolder = resolve(ROOT, process.env["PYRODUCT_SDK_BUILD"] ?? "node_modules/.cache/sdk");
  await mkdir(buildFolder, { recursive: true });
  const candidates = await buildAll(buildFolder);

  const [sinkA, sinkB] = [startSink(), startSink()] as const;
  const pyroduct = await startPyroduct(executable, [sinkA.url, sinkB.url], scratch);
  const start = performance.now();
  const attempts = await runAll(candidates, pyroduct.port, buildFolder);
  const stopProblem = await pyroduct.stop();
  await Promise.all([sinkA.stop(), sinkB.stop()]);
  console.log(`ran for ${seconds(start)}\n`);

  // What belongs to no SDK: it counts as one failure altogether.
  const others = stopProblem === undefined ? [] : [stopProblem];
  const pools = [poolOf(sinkA.requests, others), poolOf(sinkB.requests, others)] as const;
  const rows = attempts.map((attempt) => toRow(attempt, pools));
  others.push(...pools.flat().map(({ labels, rest, bytes }) => `nobody sent: ${labels} ${rest}, ${bytes}`));

  const totals = countChecks(rows);
  const failed = totals.failed + (others.length > 0 ? 1 : 0);
  console.log([renderReport(rows), ...others].join("\n"));
  if (failed > 0) {
    console.log(
      `\nthe end of pyroduct's log:\n${pyroduct.log().trimEnd().split("\n").slice(-LOG_LINES).join("\n")}`,
    );
  }
  console.log(`\n${renderTotals({ ...totals, failed })}`);
  return failed > 0 ? 1 : 0;
}

const scratch = await mkdtemp(join(tmpdir(), "pyroduct-sdk-"));

async function finish(status: number): Promise<never> {
  killChildren();
  await rm(scratch, { recursive: true, force: true });
  process.exit(status);
}

function fail(message: string): Promise<never> {
  console.error(message);
  console.log(renderTotals({ passed: 0, failed: 1, skipped: 0 }));
  return finish(1);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void finish(130));
setTimeout(() => void fail(`not done after ${TOTAL_TIMEOUT_MS / 1000} s`), TOTAL_TIMEOUT_MS);
try {
  await finish(await main(scratch));
} catch (error) {
  await fail(error instanceof Error ? error.message : String(error));
}
