import type { Clock, Timer } from "../base/clock.ts";
import { type Health, HealthRecord } from "../component/health.ts";
import { type DeliveryFailure, describeFailure } from "../profile/failure_report.ts";
import { type Cause, describeCause, isProfileRefused } from "../profile/status.ts";
import type { Logger } from "../telemetry/log.ts";
import { RepeatedLog } from "../telemetry/repeated_log.ts";

/** How often the queues' health is looked at where nothing happens in them, in milliseconds. */
const judgeEveryMs = 5000;

/** What a pyroscope.write is judged by. */
export interface WriteHealthParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** What is wrong with its queues at present, in words for the operator; undefined where it has none. */
  readonly queueProblems: (() => readonly string[]) | undefined;
}

/** How a pyroscope.write does, by what became of its deliveries and by its queues; changes are logged. */
export class WriteHealth {
  readonly #parts: WriteHealthParts;
  readonly #record: HealthRecord;
  readonly #repeated: RepeatedLog;
  /** Endpoints whose last delivery failed, with the reason where somebody other than a queue had to bear it. */
  readonly #failing = new Map<string, string | undefined>();
  #judging: Timer | undefined;

  constructor(parts: WriteHealthParts) {
    this.#parts = parts;
    this.#record = new HealthRecord(parts.clock.wall, "no delivery has failed");
    this.#repeated = new RepeatedLog(parts.log, parts.clock);
  }

  /** Looks at the queues from now on, where there are any. */
  start(): void {
    if (this.#parts.queueProblems !== undefined) this.#judgeLater();
  }

  /** Looks no more by itself. */
  stop(): void {
    this.#judging?.cancel();
  }

  /** As it stands now. */
  current(): Health {
    this.#judge();
    return this.#record.current;
  }

  /** Why the last delivery of an endpoint failed, where it did and no queue bears it. */
  failureOf(endpoint: string): string | undefined {
    return this.#failing.get(endpoint);
  }

  /** A delivery to an endpoint ended; well, where there is no failure. */
  note(endpoint: string, failure: DeliveryFailure | undefined, isQueued: boolean): void {
    const { log } = this.#parts;
    if (failure === undefined) {
      if (!this.#failing.delete(endpoint)) return;
      log.info("endpoint takes profiles again", { endpoint });
    } else {
      // A sender who leaves is nobody's failure.
      if (failure.cause.type === "local" && failure.cause.code === "canceled") return;
      const reason = describeCause(failure.cause);
      const message = isQueued ? "delivery of a queued profile failed" : "delivery failed";
      this.#repeated.warn(`${endpoint} ${kindOf(failure.cause)}`, message, {
        endpoint,
        attempts: failure.attempts,
        reason,
      });
      // A profile that its destination does not want says nothing about how the destination does.
      if (isProfileRefused(failure.cause)) return;
      this.#failing.set(endpoint, isQueued ? undefined : describeFailure(failure));
    }
    this.#judge();
  }

  #judge(): void {
    const { log, queueProblems } = this.#parts;
    const failures = [...this.#failing.values()].filter((reason) => reason !== undefined);
    const problems = [...failures, ...(queueProblems?.() ?? [])];
    const isHealthy = problems.length === 0;
    const message = isHealthy ? "deliveries succeed" : problems.join("; ");
    const isChange = this.#record.set(isHealthy ? "healthy" : "unhealthy", message);
    if (!isChange || queueProblems === undefined) return;
    if (isHealthy) log.info("healthy again");
    else log.warn("unhealthy", { reason: message });
  }

  #judgeLater(): void {
    this.#judging = this.#parts.clock.schedule(judgeEveryMs, () => {
      this.#judge();
      this.#judgeLater();
    });
  }
}

// What a destination says may hold an ID or the time, and then every failure would be a new one.
function kindOf(cause: Cause): string {
  return cause.type === "answer" ? String(cause.code ?? cause.status) : describeCause(cause);
}
