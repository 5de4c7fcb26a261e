import type { Clock } from "../base/clock.ts";
import type { LogFields, Logger } from "./log.ts";

/** A failure that repeats is told at most once in this time. */
const quietMs = 10_000;

/** Keys are kept for one quiet time only, but a flood of different ones must not fill the memory. */
const maxKeys = 1000;

/** Logs what repeats as one line in ten seconds with a count. */
export class RepeatedLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #held = new Map<string, number>();

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Warns now where `key` was not warned about lately, else counts, to be told when the time is up. */
  warn(key: string, message: string, fields: LogFields): void {
    const held = this.#held.get(key);
    if (held !== undefined) {
      this.#held.set(key, held + 1);
      return;
    }
    this.#log.warn(message, fields);
    if (this.#held.size >= maxKeys) return;
    this.#held.set(key, 0);
    this.#clock.schedule(quietMs, () => {
      const times = this.#held.get(key) ?? 0;
      this.#held.delete(key);
      if (times > 0) this.warn(key, message, { ...fields, times });
    });
  }
}
