import { isCompiled } from "../base/worker_module.ts";

/**
 * Bun's fetch runs 256 requests at once in a process unless this variable says otherwise, and reads it from the
 * real environment only, once, at the start. A destination that hangs would otherwise hold up all others.
 */
const variable = "BUN_CONFIG_MAX_HTTP_REQUESTS";

/** The most that Bun takes: one more and it falls back to 256. */
const maxRequests = "65535";

/**
 * Replaces this process by itself with the limit lifted, where the command is one that forwards. The process ID
 * stays the same.
 *
 * @returns false where there is no need to, or no way.
 */
export function reexecute(): boolean {
  const { argv, env, execArgv, execPath } = process;
  // Windows has no such call; there the limit stays unless the variable is set from outside.
  if (argv[2] !== "run" || env[variable] !== undefined || process.execve === undefined) return false;
  // A compiled program has no script to name: its own arguments follow the executable at once.
  const script = isCompiled() ? [] : [...execArgv, argv[1] ?? ""];
  return process.execve(execPath, [execPath, ...script, ...argv.slice(2)], {
    ...env,
    [variable]: maxRequests,
  });
}
