import type { LogFields, Logger } from "./log.ts";

/** A warning or an error as it was logged. */
export interface RecentLine {
  /** In milliseconds since the Unix epoch. */
  readonly atMs: number;
  readonly level: "warn" | "error";
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Lines that are kept. */
const mostLines = 20;

/** Characters of a field that are kept: what a destination answers may be long. */
const longestField = 1000;

/** Remembers the latest warnings and errors that go through its logger. */
export class RecentLines {
  readonly log: Logger;
  readonly #wall: () => number;
  #lines: readonly RecentLine[] = [];

  /** @param wall the time in milliseconds since the Unix epoch. */
  constructor(log: Logger, wall: () => number) {
    this.#wall = wall;
    this.log = this.#recorded(log, {});
  }

  /** The newest first. */
  get lines(): readonly RecentLine[] {
    return this.#lines;
  }

  #recorded(log: Logger, common: LogFields): Logger {
    const note = (level: RecentLine["level"], message: string, fields: LogFields = {}) => {
      const line = { atMs: this.#wall(), level, message, fields: shown({ ...common, ...fields }) };
      this.#lines = [line, ...this.#lines].slice(0, mostLines);
      log[level](message, fields);
    };
    return {
      debug: (message, fields) => log.debug(message, fields),
      info: (message, fields) => log.info(message, fields),
      warn: (message, fields) => note("warn", message, fields),
      error: (message, fields) => note("error", message, fields),
      child: (fields) => this.#recorded(log.child(fields), { ...common, ...fields }),
    };
  }
}

function shown(fields: LogFields): Readonly<Record<string, string>> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, textOf(value).slice(0, longestField)]));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}
