import type { LogFields, Logger, LogLevel } from "../../src/telemetry/log.ts";

/** A line that was logged. */
export interface RecordedLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** A log that keeps its lines, and those of its children, for the test to look at. */
export class RecordedLog implements Logger {
  readonly lines: RecordedLine[];
  level: LogLevel = "info";
  readonly #fields: LogFields;

  constructor(lines: RecordedLine[] = [], fields: LogFields = {}) {
    this.lines = lines;
    this.#fields = fields;
  }

  get lastLines(): readonly string[] {
    return this.lines.map(({ level, message, fields }) => JSON.stringify({ level, msg: message, ...fields }));
  }

  /** The messages of one level, in their order. */
  messages(level: LogLevel): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }

  debug(message: string, fields?: LogFields): void {
    this.#record("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#record("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#record("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#record("error", message, fields);
  }

  child(fields: LogFields): Logger {
    return new RecordedLog(this.lines, { ...this.#fields, ...fields });
  }

  #record(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.lines.push({ level, message, fields: { ...this.#fields, ...fields } });
  }
}
