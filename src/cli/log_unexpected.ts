import type { Logger } from "../telemetry/log.ts";

/** Logs what nobody has caught: a defect in what serves one request must not end the requests of all others. */
export function logUnexpected(log: Logger): void {
  process.on("unhandledRejection", (reason) => {
    const stack = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    log.error("unexpected failure, please report it", { reason: stack });
  });
}
