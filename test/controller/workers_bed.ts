import { readdirSync, readFileSync } from "node:fs";
import { eventually } from "../base/eventually.ts";
import { RunningConfig } from "../reload/running_config.ts";
import { type PyroductConfig, PyroductProcess, type StartOptions } from "../wire/pyroduct_process.ts";

/** How long a worker may take to come or to go on a busy machine, in milliseconds. */
const longMs = 15_000;

/** A pyroduct with workers, from source or the executable. */
export class WorkersBed implements AsyncDisposable {
  readonly pyroduct: PyroductProcess;
  readonly config: RunningConfig;

  private constructor(pyroduct: PyroductProcess) {
    this.pyroduct = pyroduct;
    this.config = new RunningConfig(pyroduct);
  }

  static async start(config: PyroductConfig, count = 2, options: StartOptions = {}): Promise<WorkersBed> {
    const flags = [...(options.arguments ?? []), `--workers=${count}`];
    return new WorkersBed(await PyroductProcess.start(config, { ...options, arguments: flags }));
  }

  /** The process IDs of the workers at this moment. */
  get pids(): number[] {
    return childrenOf(this.pyroduct.pid);
  }

  /** Sends a profile on a connection of its own; the answer's status. */
  async ingest(query = "name=app", body = "profile"): Promise<number> {
    const url = `http://${this.pyroduct.receiver}/ingest?${query}`;
    return (await fetch(url, { method: "POST", body, keepalive: false })).status;
  }

  /** Sends profiles, each on a connection of its own, until `isEnough`; all must be taken. */
  async ingestUntil(isEnough: () => boolean | Promise<boolean>): Promise<number> {
    let sent = 0;
    await eventually(
      "enough profiles",
      async () => {
        const status = await this.ingest(`name=app${sent}`);
        if (status !== 200) throw new Error(`answered ${status}`);
        sent += 1;
        return await isEnough();
      },
      longMs,
    );
    return sent;
  }

  async get(path: string): Promise<Response> {
    return await fetch(`http://${this.pyroduct.admin}${path}`);
  }

  /** The sum of a metric's samples; 0 where there are none. */
  async metric(name: string): Promise<number> {
    const lines = (await this.config.metrics()).split("\n");
    const samples = lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    return samples.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  /** Ends a worker in the hardest way, does something while it is missing, and waits for the one in its place. */
  async whileOneIsMissing(pid: number, act: () => Promise<void>): Promise<void> {
    const before = this.#replacements;
    process.kill(pid, "SIGKILL");
    await areGone([pid]);
    await act();
    await eventually("the new worker", () => this.#replacements > before, longMs);
  }

  get #replacements(): number {
    return this.pyroduct.log.filter(({ msg }) => msg === "worker is up again").length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pyroduct[Symbol.asyncDispose]();
  }
}

/** The processes that a process has started and that still run. */
export function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((child) => child > 0 && parentOf(child) === pid)
    .sort((left, right) => left - right);
}

/** How many sockets listen at a port of 127.0.0.1, in whichever processes. */
export function listenersAt(port: number): number {
  // Addresses and ports are hexadecimal there, and 0A is the state of a socket that listens (proc_net_tcp.rst).
  const place = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = readFileSync("/proc/net/tcp", "utf8").split("\n");
  return lines.filter((line) => new RegExp(`^ *\\d+: ${place} \\S+ 0A `).test(line)).length;
}

/** Waits until none of these processes runs. */
export async function areGone(pids: readonly number[]): Promise<void> {
  await eventually(
    "the end of the processes",
    () => pids.every((pid) => parentOf(pid) === undefined),
    longMs,
  );
}

// One that has ended and that nobody has asked for is gone, too, once its last thread has let go of its sockets.
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" && readdirSync(`/proc/${pid}/task`).length === 1 ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
