// Simulates many programs with an SDK that send through several instances of the built executable, while their
// destination is away for some time, and prints memory, latency and loss.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { eventually } from "../base/eventually.ts";
import { configOf, queuedEndpoint } from "../faults/bed.ts";
import { Sink } from "../faults/sink.ts";
import { Tally } from "../faults/tally.ts";
import { PyroductProcess } from "../wire/pyroduct_process.ts";
import { SimulatedSender } from "./simulated_sender.ts";

const root = resolve(import.meta.dir, "../..");

const { values } = parseArgs({
  options: {
    senders: { type: "string", default: "10000" },
    instances: { type: "string", default: "2" },
    "period-seconds": { type: "string", default: "15" },
    "run-seconds": { type: "string", default: "60" },
    "away-seconds": { type: "string", default: "15" },
    json: { type: "string" },
  },
});

/** The SDKs whose recorded bodies give the sizes. */
const sdks = ["pyroscope-go", "pyroscope-java", "pyroscope-nodejs", "pyroscope-python"];

/** How long what is queued may take to drain at the end, in milliseconds. */
const drainMs = 120_000;

function recordedSizes(): number[] {
  return sdks.flatMap((sdk) => {
    const folder = join(root, "test/wire/captures", sdk);
    const bodies = readdirSync(folder).filter((file) => file.endsWith(".body"));
    return bodies.map((file) => statSync(join(folder, file)).size);
  });
}

/** Memory in use and the most that ever was, in MB, and CPU time in seconds. */
function usageOf(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (field: string) =>
    Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  const times = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return {
    memory: megabytes("VmRSS"),
    peak: megabytes("VmHWM"),
    cpuSeconds: (Number(times[11]) + Number(times[12])) / 100,
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

async function queued(instance: PyroductProcess): Promise<number> {
  const answer = await fetch(`http://${instance.admin}/api/v0/queues`);
  const { queues } = (await answer.json()) as { queues: { profiles: number }[] };
  return queues.reduce((sum, { profiles }) => sum + profiles, 0);
}

async function openConnections(instance: PyroductProcess): Promise<number> {
  const text = await (await fetch(`http://${instance.admin}/metrics`)).text();
  return Number(/^pyroscope_receive_http_tcp_connections\{.*protocol="http".*\} (\d+)/m.exec(text)?.[1] ?? 0);
}

async function main(): Promise<boolean> {
  process.env["PYRODUCT_EXECUTABLE"] = resolve(process.env["PYRODUCT_EXECUTABLE"] ?? `${root}/dist/pyroduct`);
  const tally = new Tally();
  await using stack = new AsyncDisposableStack();
  const sink = stack.use(new Sink("destination", tally));
  const instances: PyroductProcess[] = [];
  for (let index = 0; index < Number(values.instances); index += 1) {
    const endpoint = queuedEndpoint("destination", sink.url);
    instances.push(stack.use(await PyroductProcess.start(configOf([endpoint]))));
  }
  const before = instances.map(({ pid }) => usageOf(pid));

  const times: number[] = [];
  const answers: Record<string, number> = {};
  const plan = {
    tally,
    periodMs: Number(values["period-seconds"]) * 1000,
    bodyBytes: recordedSizes(),
    onAnswer: (answer: string, ms: number) => {
      times.push(ms);
      answers[answer] = (answers[answer] ?? 0) + 1;
    },
  };
  const senders = Array.from({ length: Number(values.senders) }, (_, index) => {
    const instance = instances[index % instances.length];
    return new SimulatedSender(instance?.receiver ?? "", plan);
  });
  stack.defer(() => {
    for (const sender of senders) sender.close();
  });
  for (const sender of senders) sender.start();

  const [runMs, awayMs] = [Number(values["run-seconds"]) * 1000, Number(values["away-seconds"]) * 1000];
  await Bun.sleep((runMs - awayMs) / 2);
  sink.behaviour = () => new Response("away", { status: 503 });
  await Bun.sleep(awayMs);
  const atWorst = await Promise.all(instances.map(queued));
  sink.behaviour = () => undefined;
  await Bun.sleep((runMs - awayMs) / 2);
  const connections = await Promise.all(instances.map(openConnections));
  const after = instances.map(({ pid }) => usageOf(pid));
  for (const sender of senders) sender.pause();
  await eventually("the last answers", () => !senders.some(({ isUnderWay }) => isUnderWay), 30_000);
  const isEmpty = async () => (await Promise.all(instances.map(queued))).every((count) => count === 0);
  const drainedFrom = performance.now();
  await eventually("the end of what was queued", isEmpty, drainMs);

  const sorted = times.toSorted((one, other) => one - other);
  const meanBytes = plan.bodyBytes.reduce((sum, bytes) => sum + bytes, 0) / plan.bodyBytes.length;
  const report = {
    date: new Date().toISOString(),
    senders: senders.length,
    periodSeconds: plan.periodMs / 1000,
    runSeconds: runMs / 1000,
    awaySeconds: awayMs / 1000,
    meanBodyBytes: Math.round(meanBytes),
    answers,
    figures: tally.figures(),
    damaged: sink.damaged,
    latencyMs: { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), longest: sorted.at(-1) },
    drainSeconds: (performance.now() - drainedFrom) / 1000,
    instances: instances.map((_, index) => ({
      connections: connections[index],
      queuedAtWorst: atWorst[index],
      memoryBefore: before[index]?.memory,
      memoryAfter: after[index]?.memory,
      memoryPeak: after[index]?.peak,
      cpuShare: ((after[index]?.cpuSeconds ?? 0) - (before[index]?.cpuSeconds ?? 0)) / (runMs / 1000),
    })),
  };
  console.log(
    JSON.stringify(
      report,
      (_, value) => (typeof value === "number" ? Math.round(value * 100) / 100 : value),
      2,
    ),
  );
  if (values.json !== undefined) await Bun.write(values.json, `${JSON.stringify(report, null, 2)}\n`);
  return report.figures.lost === 0 && report.figures.acknowledged > 0 && sink.damaged === 0;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
