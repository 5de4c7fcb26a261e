import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/failure.ts";
import type { Tracer } from "../profile/request_span.ts";
import type { Logger } from "./log.ts";
import { type Environment, spansWish } from "./spans_environment.ts";

/** pyroduct's own tracing while it is on. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is still to be sent, for `boundMs` at most; afterwards nothing is recorded. Never throws. */
  close(boundMs: number): Promise<void>;
}

/**
 * Begins to record spans and to send them by OTLP, where the standard OTEL_* variables ask for it.
 *
 * @param environment must be the process's own: the exporter reads further variables there itself.
 * @returns undefined where they do not; then nothing that has to do with it is even loaded.
 */
export async function openTracing(
  environment: Environment,
  log: Logger,
  clock: Clock,
): Promise<Tracing | undefined> {
  const wish = spansWish(environment);
  if (wish.type === "off") return undefined;
  if (wish.type === "impossible") {
    log.warn("no spans are sent", { reason: wish.problem });
    return undefined;
  }
  const { OtlpTracing } = await import("./spans_otlp.ts");
  try {
    const tracing = new OtlpTracing(wish.destination, log, clock);
    log.info("sending spans", { destination: wish.destination });
    return tracing;
  } catch (thrown) {
    log.warn("no spans are sent", { reason: messageOf(thrown) });
    return undefined;
  }
}
