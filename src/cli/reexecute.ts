import { ownCommand } from "./own_command.ts";

/**
 * Bun's fetch runs 256 requests at once in a process unless this variable says otherwise, and reads it from the
 * real environment only, once, at the start. A destination that hangs would otherwise hold up all others.
 */
const variable = "BUN_CONFIG_MAX_HTTP_REQUESTS";

/** The most that Bun takes: one more and it falls back to 256. */
const maxRequests = "65535";

/**
 * How long the allocator keeps memory that was freed before a thread of its own gives it back to the system, in
 * milliseconds. With Bun's own value that thread woke 42 times a second at 800 profiles a second, and took 0.7 % of a
 * core; so it wakes 13 times and takes 0.4 %.
 */
const keepFreed = { MIMALLOC_PURGE_DELAY: "1000" };

/**
 * Replaces this process by itself with the limit lifted, where the command is one that forwards. The process ID
 * stays the same.
 *
 * @returns false where there is no need to, or no way.
 */
export function reexecute(): boolean {
  const { argv, env, execPath } = process;
  // Windows has no such call; there the limit stays unless the variable is set from outside.
  if (argv[2] !== "run" || env[variable] !== undefined || process.execve === undefined) return false;
  return process.execve(execPath, [...ownCommand(), ...argv.slice(2)], {
    ...keepFreed,
    ...env,
    [variable]: maxRequests,
  });
}
