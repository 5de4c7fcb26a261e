import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { hostNameOf } from "../admin/request_origin.ts";
import { CodedError, messageOf } from "../base/failure.ts";
import { version } from "../base/version.ts";
import { formatAddress, type ListenAddress } from "../http/listen_address.ts";
import { type LogFormat, type LogLevel, logFormats, logLevels } from "../telemetry/log.ts";
import { defaultAdmin } from "./first_run.ts";
import { toAddress, toDuration } from "./flag_values.ts";
import { addExamples } from "./help_examples.ts";
import { type RunOptions, run } from "./run.ts";
import { defaultStoragePath } from "./storage_path.ts";
import { runWorker, workerCommand } from "./worker.ts";
import { parseWorkerCount } from "./worker_count.ts";

/** The flags of `run` as commander hands them over: dots in a flag's name stay in the key. */
interface RunFlags {
  readonly "server.http.listenAddr": ListenAddress;
  readonly "server.http.authFile"?: string;
  readonly "server.http.host"?: readonly string[];
  readonly "storage.path": string;
  readonly workers: number;
  readonly "config.watch"?: boolean;
  readonly "log.level"?: LogLevel;
  readonly "log.format": LogFormat;
  readonly listen?: ListenAddress;
  readonly forwardTo?: readonly string[];
  readonly shutdownDelay: number;
}

/** The commands that receive profiles. */
const servingCommands: readonly (string | undefined)[] = ["run", workerCommand];

/** The exit status for a mistake of the user's; everything else has its own. */
const mistakeStatus = 1;

/**
 * Runs the command that the arguments name.
 *
 * @param args what follows the program's name.
 * @returns the exit status.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  let status = 0;
  const exitWith = (code: number) => {
    status = code;
  };
  const program = createProgram(exitWith);
  // What receives profiles starts without the modules of the commands that don't.
  if (!servingCommands.includes(args[0])) {
    const { addFurtherCommands } = await import("./further_commands.ts");
    addFurtherCommands(program, exitWith);
  }
  addExamples(program);
  try {
    await program.parseAsync([...args], { from: "user" });
    return status;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : mistakeStatus;
    if (!(thrown instanceof CodedError)) throw thrown;
    process.stderr.write(`${thrown.message}\n`);
    return mistakeStatus;
  }
}

function createProgram(exitWith: (status: number) => void): Command {
  const program = new Command("pyroduct")
    .description(
      "Receives Pyroscope profiles, rewrites their labels and forwards a copy to every destination.",
    )
    .version(`pyroduct ${version}`, "-V, --version", "print the version")
    .helpCommand("help [command]", "show help for a command")
    .exitOverride();

  addRun(program, exitWith);
  program
    .command(workerCommand, { hidden: true })
    .description("a part of run --workers")
    .action(async () => exitWith(await runWorker()));
  return program;
}

function addRun(program: Command, exitWith: (status: number) => void): void {
  program
    .command("run")
    .description("receive and forward profiles; without a configuration, into a store on this machine")
    .argument("[config]", "a YAML or JSON file, or - for standard input")
    .addOption(
      new Option("--server.http.listen-addr <address>", "where health, metrics and the API are served")
        .argParser(toAddress)
        .default(defaultAdmin, formatAddress(defaultAdmin.host, defaultAdmin.port)),
    )
    .option(
      "--server.http.auth-file <file>",
      "a htpasswd file (bcrypt) of those who may see them; needed on an address that is not loopback",
    )
    .option(
      "--server.http.host <name>",
      "a further host name that they are asked for by; repeatable",
      toHosts,
    )
    .option("--storage.path <folder>", "where state is kept", defaultStoragePath(process.env))
    .addOption(
      new Option(
        "--workers <number>",
        "how many processes share the work; auto: one for each core, 8 at most",
      )
        .argParser(toWorkers)
        .default(1),
    )
    .option("--config.watch", "reload when the configuration file changes")
    .addOption(new Option("--log.level <level>", "how much is logged (default: info)").choices(logLevels))
    .addOption(
      new Option("--log.format <format>", "how log lines look").choices(logFormats).default("logfmt"),
    )
    .option(
      "--listen <address>",
      "without a configuration: where to receive (default: 127.0.0.1:4040)",
      toAddress,
    )
    .option("--forward-to <urls>", "without a configuration: also forward here; several with commas", toUrls)
    .addOption(
      new Option("--shutdown-delay <duration>", "how long to go on serving after SIGTERM")
        .argParser(toDuration)
        .default(0, "0s"),
    )
    .action(async (configPath: string | undefined, flags: RunFlags) => {
      exitWith(await run(runOptions(configPath, flags)));
    });
}

function runOptions(configPath: string | undefined, flags: RunFlags): RunOptions {
  if (configPath !== undefined && (flags.listen !== undefined || flags.forwardTo !== undefined)) {
    throw new CodedError(
      "invalid_argument",
      "--listen and --forward-to go without a configuration: write them into it",
    );
  }
  return {
    configPath,
    adminAddress: flags["server.http.listenAddr"],
    adminAuthFile: flags["server.http.authFile"],
    adminHosts: flags["server.http.host"] ?? [],
    storagePath: flags["storage.path"],
    workers: flags.workers,
    watchConfig: flags["config.watch"] ?? false,
    logLevel: flags["log.level"],
    logFormat: flags["log.format"],
    listen: flags.listen,
    forwardTo: flags.forwardTo ?? [],
    shutdownDelayMs: flags.shutdownDelay,
  };
}

function toHosts(text: string, earlier: readonly string[] = []): string[] {
  const name = hostNameOf(text);
  if (name === undefined || name !== text.toLowerCase())
    throw new InvalidArgumentError("Expected a host name without a port, such as pyroduct.example.");
  return [...earlier, name];
}

function toWorkers(text: string): number {
  try {
    return parseWorkerCount(text);
  } catch (thrown) {
    throw new InvalidArgumentError(messageOf(thrown));
  }
}

function toUrls(text: string, earlier: readonly string[] = []): string[] {
  const urls = text.split(",").map((url) => url.trim());
  if (!urls.every((url) => /^https?:\/\/[^/]/.test(url) && URL.canParse(url))) {
    throw new InvalidArgumentError("Expected http or https URLs, such as http://127.0.0.1:4040.");
  }
  return [...earlier, ...urls];
}
