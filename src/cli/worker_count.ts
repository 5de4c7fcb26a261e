import { CodedError } from "../base/failure.ts";
import { coreLimit } from "../http/core_limit.ts";

/** More than this many processes are a mistake rather than a wish. */
const mostWorkers = 64;

/** What `auto` yields at most: destinations and connections are shared by all, so more hardly help. */
const mostAutoWorkers = 8;

/** Where the kernel spreads the connections of a port over the processes that share it. */
const spreadingPlatform = "linux";

/**
 * Reads a number of workers: a whole number, or `auto` for as many as there are cores to use, 8 at most.
 *
 * @throws CodedError where it is neither, or where this system can't share a port.
 */
export function parseWorkerCount(text: string, platform: NodeJS.Platform = process.platform): number {
  const canShare = platform === spreadingPlatform;
  if (text === "auto") return canShare ? Math.min(Math.ceil(coreLimit()), mostAutoWorkers) : 1;
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > mostWorkers) {
    throw new CodedError("invalid_argument", `Expected a whole number from 1 to ${mostWorkers}, or auto.`);
  }
  if (count > 1 && !canShare) {
    throw new CodedError("unimplemented", "More than one needs Linux, which spreads connections over them.");
  }
  return count;
}
