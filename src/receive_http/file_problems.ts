import type { HealthRecord } from "../component/health.ts";
import type { Logger } from "../telemetry/log.ts";

/** What the receiver reads from files that are followed. */
export type FollowedFiles = "certificates" | "credentials";

/** Which followed files were refused when they changed, shown as the component's health. */
export class FileProblems {
  readonly #health: HealthRecord;
  readonly #log: Logger;
  readonly #healthyMessage: () => string;
  readonly #problems = new Map<FollowedFiles, string>();

  /** @param healthyMessage what the health says while nothing is wrong. */
  constructor(health: HealthRecord, log: Logger, healthyMessage: () => string) {
    this.#health = health;
    this.#log = log;
    this.#healthyMessage = healthyMessage;
  }

  /** Notes what is wrong with such files now; undefined where they are in use. */
  note(files: FollowedFiles, problem: string | undefined): void {
    const isNew = problem !== this.#problems.get(files);
    if (problem === undefined) {
      this.#problems.delete(files);
    } else {
      this.#problems.set(files, problem);
      if (isNew) this.#log.error(`new ${files} refused, the old ones stay`, { reason: problem });
    }
    const all = [...this.#problems].map(
      ([what, why]) => `new ${what} were refused, the old ones stay: ${why}`,
    );
    if (all.length === 0) this.#health.set("healthy", this.#healthyMessage());
    else this.#health.set("unhealthy", all.join("; "));
  }
}
