import { createAdminApp } from "../admin/app.ts";
import { systemClock } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import { version } from "../base/version.ts";
import { WatchedFile } from "../base/watched_file.ts";
import { componentDefinitions } from "../components.ts";
import { builtInConfig, type ConfigSource, configFile } from "../controller/config_source.ts";
import { Controller } from "../controller/controller.ts";
import { processFamilies } from "../controller/process_metrics.ts";
import type { ListenAddress } from "../http/listen_address.ts";
import { type Listener, ListenerPool } from "../http/listener.ts";
import {
  createLogger,
  type LogFormat,
  type LogLevel,
  type RootLogger,
  standardError,
} from "../telemetry/log.ts";
import { openTracing, type Tracing } from "../telemetry/spans.ts";
import { activityLine, defaultListen, firstRunConfig, portTakenAdvice, welcome } from "./first_run.ts";
import { logUnexpected } from "./log_unexpected.ts";
import { ServiceManager } from "./service_manager.ts";
import { createSlots } from "./slots.ts";
import { stopSignals } from "./stop_signal.ts";

/** The flags of `pyroduct run`. */
export interface RunOptions {
  readonly configPath: string | undefined;
  readonly adminAddress: ListenAddress;
  readonly storagePath: string;
  /** How many processes serve profiles; 1 serves them itself. */
  readonly workers: number;
  readonly watchConfig: boolean;
  readonly logLevel: LogLevel | undefined;
  readonly logFormat: LogFormat;
  /** Only without a configuration. */
  readonly listen: ListenAddress | undefined;
  readonly forwardTo: readonly string[];
  readonly shutdownDelayMs: number;
}

/** Exit status where a second signal ended the process: 128 + SIGINT, as shells have it. */
const interruptedStatus = 130;

/** How long the last spans may take to leave at the end. */
const lastSpansMs = 2000;

/** How often a person is told what came, at most. */
const tellEveryMs = 1000;

/**
 * Receives and forwards profiles until a signal ends it.
 *
 * @returns the exit status.
 */
export async function run(options: RunOptions): Promise<number> {
  const isFirstRun = options.configPath === undefined;
  const log = createLogger(
    options.logLevel ?? (isFirstRun ? "warn" : "info"),
    options.logFormat,
    standardError,
  );
  // From the first moment on, a signal must find somebody who knows what to do.
  const signals = stopSignals(log, systemClock);
  // What is traced happens where the shards are.
  const tracing = options.workers === 1 ? await openTracing(process.env, log, systemClock) : undefined;
  const manager = ServiceManager.open(process.env, systemClock, log);
  const controller = createController(options, log, tracing, manager);
  process.on("SIGHUP", () => {
    if (controller.isReady) void controller.reload();
  });
  logUnexpected(log);
  const admin = await startAll(options, controller, log);
  const ending = new AbortController();
  if (isFirstRun) await greet(options, controller, admin, ending.signal);
  const watched = options.watchConfig ? watchConfig(options, controller) : undefined;
  log.info("ready", { version, admin: admin.address, workers: options.workers });
  manager.ready();
  try {
    await signals.first;
    manager.stopping();
    const isFinished = await Promise.race([
      shutDown(options, controller, log, tracing),
      signals.second.then(() => false),
    ]);
    return isFinished ? 0 : interruptedStatus;
  } finally {
    ending.abort();
    watched?.stop();
    await admin.release(0);
    manager.close();
  }
}

/**
 * Opens the admin server and starts the components.
 *
 * @throws CodedError with all that keeps pyroduct from starting; then nothing is open.
 */
async function startAll(options: RunOptions, controller: Controller, log: RootLogger): Promise<Listener> {
  const checked = controller.check();
  if (!checked.ok) throw new CodedError("invalid_argument", checked.problems.join("\n"));
  const admin = openAdmin(options.adminAddress, controller, log);
  const started = await controller.start();
  if (started.ok) return admin;
  await admin.release(0);
  const listen = options.listen ?? defaultListen;
  const isTaken = options.configPath === undefined && started.code === "already_exists" && listen.port !== 0;
  const problem = isTaken ? portTakenAdvice(listen) : started.problems.join("\n");
  throw new CodedError("invalid_argument", problem);
}

function createController(
  options: RunOptions,
  log: RootLogger,
  tracing: Tracing | undefined,
  reloads: ServiceManager,
): Controller {
  return new Controller({
    source: sourceOf(options),
    definitions: componentDefinitions,
    environment: process.env,
    slots: createSlots({ ...options, log, tracing }),
    clock: systemClock,
    log,
    processMetrics: async () => processFamilies(),
    reloads,
  });
}

function sourceOf({ configPath, listen, forwardTo }: RunOptions): ConfigSource {
  if (configPath !== undefined) return configFile(configPath);
  return builtInConfig(firstRunConfig(listen ?? defaultListen, forwardTo));
}

/** Seconds an idle connection to the admin server stays open. */
const adminIdleSeconds = 120;

function openAdmin(address: ListenAddress, controller: Controller, log: RootLogger): Listener {
  try {
    const listener = new ListenerPool().claim(address, { idleSeconds: adminIdleSeconds });
    const app = createAdminApp(controller);
    listener.use((request) => app.fetch(request));
    log.info("listening", { component_id: "admin", address: listener.address });
    return listener;
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    throw new CodedError(thrown.code, `${thrown.message}; --server.http.listen-addr chooses another address`);
  }
}

function watchConfig({ configPath }: RunOptions, controller: Controller): WatchedFile | undefined {
  if (configPath === undefined || configPath === "-") return undefined;
  const file = new WatchedFile(configPath, systemClock);
  file.start(() => void controller.reload());
  return file;
}

async function greet(
  options: RunOptions,
  controller: Controller,
  admin: Listener,
  ending: AbortSignal,
): Promise<void> {
  const components = await controller.components();
  const address = components.find((component) => component.address !== undefined)?.address ?? "";
  process.stdout.write(welcome(version, address, admin.address, options.storagePath, options.forwardTo));
  const timer = setInterval(() => void tellActivity(controller), tellEveryMs);
  ending.addEventListener("abort", () => clearInterval(timer));
}

async function tellActivity(controller: Controller): Promise<void> {
  const activity = await controller.activity();
  if (activity.length > 0) process.stdout.write(`${activityLine(activity)}\n`);
}

async function shutDown(
  options: RunOptions,
  controller: Controller,
  log: RootLogger,
  tracing: Tracing | undefined,
): Promise<boolean> {
  log.info("stopping", { shutdown_delay_ms: options.shutdownDelayMs });
  await controller.announceStop();
  await Bun.sleep(options.shutdownDelayMs);
  await controller.stop();
  await tracing?.close(lastSpansMs);
  log.info("stopped");
  return true;
}
