import { isCompiled } from "../base/worker_module.ts";

/** What starts this program, the command's name and arguments to follow. */
export function ownCommand(): string[] {
  const { argv, execArgv, execPath } = process;
  // A compiled program has no script to name: its own arguments follow the executable at once.
  return isCompiled() ? [execPath] : [execPath, ...execArgv, argv[1] ?? ""];
}
