import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programCommand } from "../base/program.ts";
import { withinMs } from "./bounded.ts";

const repository = join(import.meta.dir, "..", "..");
const startTimeoutMs = 20_000;
const stopTimeoutMs = 10_000;

/** A configuration in its JSON form. */
export type PyroductConfig = Readonly<Record<string, unknown>>;

/** One line of the log, parsed. */
export type LogLine = Readonly<Record<string, unknown>>;

/** How a run of pyroduct that came to an end by itself went. */
export interface PyroductExit {
  readonly status: number;
  /** The lines of standard error that are no log lines below level "error". */
  readonly complaints: readonly string[];
}

/** What differs between one start and another. */
export interface StartOptions {
  /** What starts pyroduct, in place of the executable that tests share. */
  readonly command?: readonly string[];
  /** Default: a fresh folder, removed at the end. */
  readonly storagePath?: string;
  /** Further arguments of `run`. */
  readonly arguments?: readonly string[];
  /** Further environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A command that runs the rest of its arguments, such as strace. */
  readonly under?: readonly string[];
}

/** A pyroduct under test. */
export class PyroductProcess implements AsyncDisposable {
  readonly #process: Bun.Subprocess<"ignore", "ignore", "pipe">;
  readonly #folder: string;
  readonly #lines: string[] = [];
  readonly #read: Promise<void>;
  readonly #ready = Promise.withResolvers<void>();

  private constructor(folder: string, options: StartOptions) {
    this.#folder = folder;
    const { under = [], command = programCommand() } = options;
    const argv = [...under, ...command, "run", this.configFile, ...flags(folder, options)];
    this.#process = Bun.spawn(argv, {
      cwd: repository,
      // The environment of whoever runs the tests (proxies, OTEL_*, STATE_DIRECTORY) must not change what they see.
      env: { PATH: process.env["PATH"], HOME: folder, TMPDIR: folder, ...options.environment },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    this.#read = this.#readLog();
  }

  /** Starts it and waits until it has said that it is ready; an error with its log when it ends before. */
  static async start(config: PyroductConfig, options: StartOptions = {}): Promise<PyroductProcess> {
    const pyroduct = await PyroductProcess.#spawn(config, options);
    const ended = pyroduct.#process.exited.then(async (status) => {
      await pyroduct.#read;
      throw new Error(
        `pyroduct ended with status ${status} before it was ready:\n${pyroduct.#lines.join("\n")}`,
      );
    });
    try {
      await withinMs(startTimeoutMs, "the start of pyroduct", Promise.race([pyroduct.#ready.promise, ended]));
    } catch (error) {
      await pyroduct.stop();
      throw error;
    }
    ended.catch(() => undefined);
    return pyroduct;
  }

  /** Starts it with something that it must refuse, and waits until it has ended. */
  static async refused(config: PyroductConfig, options: StartOptions = {}): Promise<PyroductExit> {
    const pyroduct = await PyroductProcess.#spawn(config, options);
    try {
      const status = await withinMs(startTimeoutMs, "the end of pyroduct", pyroduct.#process.exited);
      await pyroduct.#read;
      return { status, complaints: pyroduct.#lines.filter(isComplaint) };
    } finally {
      await pyroduct.stop();
    }
  }

  static async #spawn(config: PyroductConfig, options: StartOptions): Promise<PyroductProcess> {
    const folder = await mkdtemp(join(tmpdir(), "pyroduct-wire-"));
    await Bun.write(join(folder, "config.json"), JSON.stringify(config, null, 2));
    return new PyroductProcess(folder, options);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The file that its configuration is in. */
  get configFile(): string {
    return join(this.#folder, "config.json");
  }

  /** The status or the signal that it ended with; undefined while it runs. */
  get ending(): string | undefined {
    const { exitCode, signalCode } = this.#process;
    if (signalCode !== null) return String(signalCode);
    return exitCode === null ? undefined : String(exitCode);
  }

  /** SIGKILL; resolves once it is gone. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** `host:port` of the one pyroscope.receive_http. */
  get receiver(): string {
    return this.address((id) => id.startsWith("pyroscope.receive_http."));
  }

  /** `host:port` of the admin server. */
  get admin(): string {
    return this.address((id) => id === "admin");
  }

  /** The log so far. */
  get log(): LogLine[] {
    return this.#lines.map(parseLogLine).filter((line) => line !== undefined);
  }

  /** SIGTERM, then SIGKILL where that does not help; resolves to the exit status. */
  async stop(boundMs = stopTimeoutMs): Promise<number> {
    this.#process.kill("SIGTERM");
    try {
      return await withinMs(boundMs, "stopping pyroduct", this.#process.exited);
    } catch (error) {
      this.#process.kill("SIGKILL");
      await this.#process.exited;
      throw error;
    } finally {
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** The address that the component whose ID passes says that it listens on. */
  address(isWanted: (componentId: string) => boolean): string {
    const line = this.log.find(
      (entry) => entry["msg"] === "listening" && isWanted(String(entry["component_id"])),
    );
    if (line === undefined) throw new Error(`no such listener in the log:\n${this.#lines.join("\n")}`);
    return String(line["address"]);
  }

  async #readLog(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of this.#process.stderr) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines);
      if (lines.some((line) => parseLogLine(line)?.["msg"] === "ready")) this.#ready.resolve();
    }
    if (rest !== "") this.#lines.push(rest);
  }
}

function flags(
  folder: string,
  { storagePath = join(folder, "storage"), arguments: more = [] }: StartOptions,
): string[] {
  return [
    "--server.http.listen-addr=127.0.0.1:0",
    `--storage.path=${storagePath}`,
    "--log.format=json",
    ...more,
  ];
}

function parseLogLine(line: string): LogLine | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

function isComplaint(line: string): boolean {
  return line.trim() !== "" && !["debug", "info", "warn"].includes(String(parseLogLine(line)?.["level"]));
}
