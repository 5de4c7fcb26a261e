import type { Logger } from "../telemetry/log.ts";

/** The signals that end pyroduct. */
export interface StopSignals {
  /** The first one: finish what is under way. */
  readonly first: Promise<void>;
  /** Another one after it: end at once. */
  readonly second: Promise<void>;
}

/** Follows SIGTERM and SIGINT. */
export function stopSignals(log: Logger): StopSignals {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let received = 0;
  const onSignal = (signal: NodeJS.Signals) => {
    received += 1;
    log.info(received === 1 ? "signal received" : "second signal, ending at once", { signal });
    (received === 1 ? first : second).resolve();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  return { first: first.promise, second: second.promise };
}
