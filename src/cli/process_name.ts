import { ptr } from "bun:ffi";
import { libc } from "../http/libc.ts";

/** PR_SET_NAME of Linux (include/uapi/linux/prctl.h). */
const setNameOption = 15;

/**
 * Gives this process another name in the system's lists, so that signals by name find the process that is meant.
 * Where the system's library can't be opened it keeps the one that it has.
 *
 * @param name 15 bytes at most.
 */
export function setProcessName(name: string): void {
  const text = Buffer.from(`${name}\0`);
  try {
    libc().prctl(setNameOption, ptr(text), 0, 0, 0);
  } catch {
    // It works as well by any name.
  }
}
