import { closeSync, openSync } from "node:fs";
import type { Subprocess } from "bun";

/** How a child process is started. */
export interface ChildOptions {
  readonly cwd: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The file that gets what the child writes, both streams. */
  readonly logFile: string;
  /** The longest that it may take, in milliseconds; it is killed then. */
  readonly timeoutMs: number;
}

const running = new Set<number>();

/** What every child gets: what is sent to this machine must not take a way through a proxy. */
export const childEnvironment = { ...process.env, NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" };

/** Has a child, which must lead a process group of its own, end with this process. */
export function trackChild(child: Subprocess): void {
  running.add(child.pid);
  void child.exited.then(() => running.delete(child.pid));
}

/** Kills a process that this one started, and what that one started in turn. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Kills every child that still runs. */
export function killChildren(): void {
  for (const pid of running) killGroup(pid);
}

/** The last lines of a log file. */
export async function logTail(file: string, lines = 15): Promise<string> {
  return (await Bun.file(file).text()).trimEnd().split("\n").slice(-lines).join("\n");
}

/** Runs a command to its end. Resolves to undefined on exit status 0, else to what went wrong in one line. */
export async function runChild(argv: readonly string[], options: ChildOptions): Promise<string | undefined> {
  const log = openSync(options.logFile, "w");
  try {
    const child = Bun.spawn([...argv], {
      cwd: options.cwd,
      env: { ...childEnvironment, ...options.env },
      stdin: "ignore",
      stdout: log,
      stderr: log,
      // In a group of its own, so that a build tool's compilers end with it.
      detached: true,
    });
    trackChild(child);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      killGroup(child.pid);
    }, options.timeoutMs);
    const status = await child.exited;
    clearTimeout(timer);
    if (isLate) return `took longer than ${options.timeoutMs / 1000} s`;
    return status === 0 ? undefined : `exit status ${child.exitCode ?? child.signalCode}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    closeSync(log);
  }
}
