import { createAdminApp } from "../admin/app.ts";
import type { AdminAccess } from "../admin/gate.ts";
import { isLoopback } from "../admin/request_origin.ts";
import { AdminServices } from "../admin/services.ts";
import { systemClock } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import { version } from "../base/version.ts";
import { WatchedFile } from "../base/watched_file.ts";
import { componentDefinitions } from "../components.ts";
import { explainProblem } from "../config/problem.ts";
import { builtInConfig, type ConfigSource, configFile } from "../controller/config_source.ts";
import { Controller } from "../controller/controller.ts";
import { processFamilies } from "../controller/process_metrics.ts";
import { formatAddress, type ListenAddress } from "../http/listen_address.ts";
import { type Listener, ListenerPool } from "../http/listener.ts";
import { ServerAuth } from "../http/server_auth.ts";
import {
  createLogger,
  type LogFormat,
  type LogLevel,
  type RootLogger,
  standardError,
} from "../telemetry/log.ts";
import { openTracing, type Tracing } from "../telemetry/spans.ts";
import { endStart } from "./end_start.ts";
import { activityLine, defaultListen, firstRunConfig, portTakenAdvice, welcome } from "./first_run.ts";
import { logUnexpected } from "./log_unexpected.ts";
import { ServiceManager } from "./service_manager.ts";
import { createSlots } from "./slots.ts";
import { stopSignals } from "./stop_signal.ts";
import { problemStyle } from "./terminal.ts";

/** The flags of `pyroduct run`. */
export interface RunOptions {
  readonly configPath: string | undefined;
  readonly adminAddress: ListenAddress;
  /** A htpasswd file of those who may come to the admin server. */
  readonly adminAuthFile: string | undefined;
  /** Names that the admin server goes by besides localhost. */
  readonly adminHosts: readonly string[];
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
  const { admin, services } = await startAll(options, controller, log);
  const ending = new AbortController();
  if (isFirstRun) await greet(options, controller, admin, ending.signal);
  const watched = options.watchConfig ? watchConfig(options, controller) : undefined;
  log.info("ready", { version, admin: admin.address, workers: options.workers });
  manager.ready();
  endStart();
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
    services.stop();
    await admin.release(0);
    manager.close();
  }
}

/**
 * Opens the admin server and starts the components.
 *
 * @throws CodedError with all that keeps pyroduct from starting; then nothing is open.
 */
async function startAll(options: RunOptions, controller: Controller, log: RootLogger): Promise<OpenAdmin> {
  const checked = controller.check();
  if (!checked.ok) {
    const { name } = controller.source;
    const style = problemStyle(process.stderr);
    const explained = checked.places.map((problem) => explainProblem(name, problem, style));
    throw new CodedError(
      "invalid_argument",
      (explained.length > 0 ? explained : checked.problems).join("\n"),
    );
  }
  const starting = controller.start(checked);
  // Receivers first, as long as none has to wait: then the admin server must tell how the start goes on.
  await Promise.race([starting, nextTurn()]);
  let opened: OpenAdmin;
  try {
    opened = openAdmin(options, controller, log);
  } catch (thrown) {
    await starting;
    await controller.stop();
    throw thrown;
  }
  const started = await starting;
  if (started.ok) return opened;
  opened.services.stop();
  await opened.admin.release(0);
  const listen = options.listen ?? defaultListen;
  const isTaken = options.configPath === undefined && started.code === "already_exists" && listen.port !== 0;
  const problem = isTaken ? portTakenAdvice(listen) : started.problems.join("\n");
  throw new CodedError("invalid_argument", problem);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
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

/** The admin server, and what it keeps between requests. */
interface OpenAdmin {
  readonly admin: Listener;
  readonly services: AdminServices;
}

function openAdmin(options: RunOptions, controller: Controller, log: RootLogger): OpenAdmin {
  const access = adminAccess(options, log);
  try {
    const admin = new ListenerPool().claim(options.adminAddress, { idleSeconds: adminIdleSeconds });
    const services = new AdminServices(controller);
    services.start();
    const app = createAdminApp(controller, log, access, services);
    admin.use((request) => app.fetch(request));
    log.info("listening", { component_id: "admin", address: admin.address });
    return { admin, services };
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    throw new CodedError(thrown.code, `${thrown.message}; --server.http.listen-addr chooses another address`);
  }
}

/** @throws CodedError where the file of those who may come can't be used. */
function adminAccess({ adminAddress, adminAuthFile, adminHosts }: RunOptions, log: RootLogger): AdminAccess {
  const local = isLoopback(adminAddress.host);
  const files = { htpasswd: adminAuthFile };
  const auth = adminAuthFile === undefined ? undefined : new ServerAuth(files, systemClock);
  auth?.start((problem) => {
    if (problem === undefined) log.info("credentials of the admin server renewed");
    else log.error("credentials of the admin server can't be renewed", { problem });
  });
  if (!local && auth === undefined) {
    log.warn("the admin server shows strangers nothing but /metrics, /-/live and /-/ready", {
      address: formatAddress(adminAddress.host, adminAddress.port),
      remedy: "--server.http.auth-file",
    });
  }
  return { isLoopback: local, hosts: adminHosts, auth };
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
