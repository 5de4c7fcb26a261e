import pino from "pino";
import { LineRing } from "./line_ring.ts";
import { formatLogfmt } from "./logfmt.ts";

/** How much is logged, from most to least. */
export const logLevels = ["debug", "info", "warn", "error"] as const;

/** One of the log levels. */
export type LogLevel = (typeof logLevels)[number];

/** Whether the word is a log level. */
export function isLogLevel(word: unknown): word is LogLevel {
  return logLevels.some((level) => level === word);
}

/** How a log line looks. */
export const logFormats = ["logfmt", "json"] as const;

/** One of the log formats. */
export type LogFormat = (typeof logFormats)[number];

/** What a log line says besides its message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes log lines; one line per event, no secrets. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger whose lines all carry `fields` too. */
  child(fields: LogFields): Logger;
}

/** The process's log: its level can be changed while it runs. */
export interface RootLogger extends Logger {
  level: LogLevel;
  /** The last lines as they were written, the oldest first; bounded. */
  readonly lastLines: readonly string[];
}

/** Where finished lines go, newline included. */
export type LogSink = (line: string) => void;

/** A log in the format asked for; `base` is what all of its lines say. */
export function createLogger(
  level: LogLevel,
  format: LogFormat,
  sink: LogSink,
  base: LogFields | null = null,
): RootLogger {
  const ring = new LineRing();
  const write = (line: string) => {
    const formatted = format === "json" ? line : formatLogfmt(line);
    ring.add(formatted);
    sink(formatted);
  };
  const options: pino.LoggerOptions = {
    level,
    base,
    messageKey: "msg",
    timestamp: () => `,"ts":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  };
  return new PinoLogger(pino(options, { write }), ring);
}

/** Writes lines to standard error. */
export const standardError: LogSink = (line) => {
  process.stderr.write(line);
};

class PinoLogger implements RootLogger {
  readonly #pino: pino.Logger;
  readonly #ring: LineRing;

  constructor(logger: pino.Logger, ring: LineRing) {
    this.#pino = logger;
    this.#ring = ring;
  }

  get lastLines(): readonly string[] {
    return this.#ring.lines;
  }

  get level(): LogLevel {
    return this.#pino.level as LogLevel;
  }

  set level(level: LogLevel) {
    this.#pino.level = level;
  }

  debug(message: string, fields: LogFields = {}): void {
    this.#pino.debug(fields, message);
  }

  info(message: string, fields: LogFields = {}): void {
    this.#pino.info(fields, message);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.#pino.warn(fields, message);
  }

  error(message: string, fields: LogFields = {}): void {
    this.#pino.error(fields, message);
  }

  child(fields: LogFields): Logger {
    return new PinoLogger(this.#pino.child(fields), this.#ring);
  }
}
