import { resolve } from "node:path";
import { childEnvironment, trackChild } from "../sdk/child.ts";

/** Programs run in the repository's folder. */
export const repository = resolve(import.meta.dir, "../..");

/** A program that runs until it is stopped. */
export interface RunningProgram extends AsyncDisposable {
  readonly pid: number;
  /** What it has printed so far on standard error. */
  readonly errors: () => string;
}

/**
 * Runs a program to its end and returns its standard output. Fails with what it printed where it does not succeed.
 *
 * @param interruptAfterMs after which time it gets SIGINT; never unless given.
 */
export async function runToEnd(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  interruptAfterMs?: number,
): Promise<string> {
  const child = spawn(command, environment);
  const timer =
    interruptAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGINT"), interruptAfterMs);
  const [out, error, status] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  clearTimeout(timer);
  if (status !== 0) throw new Error(`${command[0]} ended with status ${status}:\n${out}${error}`);
  return out;
}

/**
 * Starts a program and waits until it prints a line on standard output that `ready` accepts, or, without it, not at
 * all. Stopping is SIGTERM, and SIGKILL to its whole process group when this process ends.
 */
export async function startProgram(
  command: readonly string[],
  ready?: (line: string) => boolean,
): Promise<RunningProgram> {
  const child = spawn(command, {});
  let errors = "";
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) errors += decoder.decode(chunk, { stream: true });
  })();
  const program: RunningProgram = {
    pid: child.pid,
    errors: () => errors,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.exited;
      await reading;
    },
  };
  if (ready === undefined) return program;
  let printed = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    printed += decoder.decode(chunk, { stream: true });
    if (printed.split("\n").slice(0, -1).some(ready)) return program;
  }
  await reading;
  throw new Error(`${command.join(" ")} ended with status ${await child.exited}:\n${printed}${errors}`);
}

function spawn(command: readonly string[], environment: Readonly<Record<string, string>>) {
  const child = Bun.spawn([...command], {
    cwd: repository,
    env: { ...childEnvironment, ...environment },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    // A process group of its own, so that its own children end with it.
    detached: true,
  });
  trackChild(child);
  return child;
}
