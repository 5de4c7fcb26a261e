import { ptr } from "bun:ffi";
import { libc } from "../http/libc.ts";

/** PR_SET_NAME of Linux (include/uapi/linux/prctl.h). */
const setNameOption = 15;

/**
 * Gives this process another name in the system's lists, so that signals by name find the process that is meant.
 *
 * @param name 15 bytes at most.
 */
export function setProcessName(name: string): void {
  const text = Buffer.from(`${name}\0`);
  libc().prctl(setNameOption, ptr(text), 0, 0, 0);
}
