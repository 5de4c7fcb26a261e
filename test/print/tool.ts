/** How a tool ended. */
export interface ToolRun {
  readonly status: number;
  readonly output: string;
  readonly error: string;
}

/** Runs a tool that must be there, and waits until it has ended, whatever its status. */
export async function runTool(command: readonly [string, ...string[]], cwd: string): Promise<ToolRun> {
  const [name] = command;
  if (Bun.which(name) === null) throw new Error(`${name} is missing: .ci/run installs what these tests need`);
  await using child = Bun.spawn([...command], { cwd, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [status, output, error] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  return { status, output, error };
}

/** Runs a tool that must find nothing wrong; an error with all that it says otherwise. */
export async function passes(command: readonly [string, ...string[]], cwd: string): Promise<string> {
  const { status, output, error } = await runTool(command, cwd);
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}:\n${output}${error}`);
  return output + error;
}
