import { systemClock } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import { componentDefinitions } from "../components.ts";
import { checkedMessage } from "../controller/checked_message.ts";
import type { MessageChannel } from "../controller/message_channel.ts";
import { processFamilies } from "../controller/process_metrics.ts";
import { Shard, type ShardParts } from "../controller/shard.ts";
import { serveShard } from "../controller/shard_server.ts";
import { settingsMessage, type WorkerSettings } from "../controller/worker_settings.ts";
import { createLogger, type RootLogger, standardError } from "../telemetry/log.ts";
import type { MetricFamily } from "../telemetry/metric_family.ts";
import { openTracing, type Tracing } from "../telemetry/spans.ts";
import { endStart } from "./end_start.ts";
import { logUnexpected } from "./log_unexpected.ts";
import { setProcessName } from "./process_name.ts";

/** The command that a worker is started with; for nobody but `run --workers`. */
export const workerCommand = "worker";

/** What a worker is called in the system's lists; `pyroduct` alone is the one that takes signals. */
const processName = "pyroduct-worker";

/** How long the last spans may take to leave at the end. */
const lastSpansMs = 2000;

/** Those come to the whole group of processes; the controller tells what is to happen. */
const signalsOfOthers = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/**
 * Runs one shard for the controller that has started this process, until that lets it go or is gone itself.
 *
 * @returns the exit status.
 * @throws CodedError where no controller has started it.
 */
export async function runWorker(): Promise<number> {
  const channel = controllerChannel();
  const gone = new Promise<void>((resolve) => channel.onClose(() => resolve()));
  for (const signal of signalsOfOthers) process.on(signal, () => {});
  setProcessName(processName);
  const work = serve(channel).then(() => gone);
  await Promise.race([work, gone]);
  return 0;
}

async function serve(channel: MessageChannel): Promise<void> {
  const settings = await new Promise<WorkerSettings>((resolve) => {
    channel.onMessage((message) => {
      resolve(checkedMessage(settingsMessage, message, "the settings").settings);
    });
    channel.send({ type: "hello" });
  });
  const { index, count, storagePath, adoptedPaths, logLevel, logFormat } = settings;
  const log = createLogger(logLevel, logFormat, standardError, { worker: index });
  logUnexpected(log);
  const tracing = await openTracing(process.env, log, systemClock);
  const shard = new WorkerShard(
    {
      definitions: componentDefinitions,
      clock: systemClock,
      log,
      storagePath,
      adoptedPaths,
      share: { index, count },
      tracer: tracing?.tracer,
    },
    tracing,
  );
  serveShard(channel, shard, log);
  channel.send({ type: "ready" });
  endStart();
}

/** A shard that has a process for itself. */
class WorkerShard extends Shard {
  readonly #log: RootLogger;
  readonly #tracing: Tracing | undefined;

  constructor(parts: ShardParts, tracing: Tracing | undefined) {
    super(parts);
    this.#log = parts.log;
    this.#tracing = tracing;
  }

  override async metrics(): Promise<MetricFamily[]> {
    return [...processFamilies(), ...(await super.metrics())];
  }

  override async readMetrics(names: readonly string[]): Promise<MetricFamily[]> {
    const own = processFamilies().filter(({ name }) => names.includes(name));
    return [...own, ...(await super.readMetrics(names))];
  }

  override async lastLines(): Promise<readonly string[]> {
    return this.#log.lastLines;
  }

  override async stop(graceMs?: number): Promise<void> {
    await super.stop(graceMs);
    await this.#tracing?.close(lastSpansMs);
  }
}

/** @throws CodedError where there is nobody at the other end. */
function controllerChannel(): MessageChannel {
  if (process.send === undefined) {
    throw new CodedError("failed_precondition", "a worker is started by run --workers, not by hand");
  }
  const send = process.send.bind(process);
  return {
    send: (message) => {
      // Where the controller is gone, so is this process at once.
      if (process.connected) send(message);
    },
    onMessage: (receive) => {
      process.removeAllListeners("message");
      process.on("message", receive);
    },
    onClose: (ended) => void process.on("disconnect", () => ended("the controller is gone")),
  };
}
