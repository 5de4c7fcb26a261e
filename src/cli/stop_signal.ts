import type { Clock } from "../base/clock.ts";
import type { Logger } from "../telemetry/log.ts";

/** The signals that end pyroduct. */
export interface StopSignals {
  /** The first one: finish what is under way. */
  readonly first: Promise<void>;
  /** Another one after it: end at once. */
  readonly second: Promise<void>;
}

/**
 * A terminal sends Ctrl-C to the whole group of processes, and a script runner among them may pass it on: what comes
 * this soon after the first signal is the same one again.
 */
const sameSignalMs = 500;

/** Follows SIGTERM and SIGINT. */
export function stopSignals(log: Logger, clock: Clock): StopSignals {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let earlier: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (earlier === undefined) {
      earlier = { signal, at: clock.now() };
      log.info("signal received", { signal });
      first.resolve();
    } else if (signal !== earlier.signal || clock.now() - earlier.at > sameSignalMs) {
      log.info("second signal, ending at once", { signal });
      second.resolve();
    }
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return { first: first.promise, second: second.promise };
}
