import { Database, SQLiteError } from "bun:sqlite";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { CodedError, messageOf } from "../../../base/failure.ts";

/** The layout below; a file of a later one is left alone. */
const layoutVersion = 1;

/**
 * `entry.id` is the queue's number times 2^40 plus a place in the queue, so that the table itself is in the order of
 * delivery and needs no index. A body that several queues hold lies in `shared_body`, once; any other in its entry.
 * The sums in `queue` spare a look at every entry when the file is opened.
 */
const layout = `
  CREATE TABLE IF NOT EXISTS queue (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    next INTEGER NOT NULL,
    profiles INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    letters INTEGER NOT NULL,
    letter_bytes INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY,
    accepted_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    head TEXT NOT NULL,
    shared INTEGER,
    body BLOB
  ) STRICT;
  CREATE INDEX IF NOT EXISTS entry_shared ON entry (shared) WHERE shared IS NOT NULL;
  CREATE TABLE IF NOT EXISTS shared_body (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS dead_letter (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    queue INTEGER NOT NULL,
    accepted_at INTEGER NOT NULL,
    refused_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    head TEXT NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS dead_letter_queue ON dead_letter (queue, number);
`;

/** A file that was opened, and where the one that could not be read is now. */
export interface OpenedFile {
  readonly database: Database;
  readonly setAside: string | undefined;
}

/**
 * Opens a file of queues, or makes one; `:memory:` is none. Nobody else can use it until it is closed. One that is
 * damaged is renamed, and a new one takes its place.
 *
 * @param nowMs the time that goes into the name of a damaged file, in milliseconds since the Unix epoch.
 * @throws CodedError `failed_precondition` where another process uses it, else `unavailable`.
 */
export function openLedgerFile(path: string, nowMs: number): OpenedFile {
  try {
    return { database: open(path), setAside: undefined };
  } catch (thrown) {
    if (isBusy(thrown)) {
      throw new CodedError(
        "failed_precondition",
        `${dirname(path)} is in use by another pyroduct: give each a --storage.path of its own`,
      );
    }
    if (!isDamage(thrown)) throw unavailable(path, thrown);
  }
  const setAside = setFileAside(path, nowMs);
  try {
    return { database: open(path), setAside };
  } catch (thrown) {
    throw unavailable(path, thrown);
  }
}

/** Renames a file that can't be read, with what belongs to it; returns its new name. */
export function setFileAside(path: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[:.]/g, "-");
  const target = `${path}.damaged-${stamp}`;
  for (const suffix of ["", "-wal"]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  return target;
}

/** Whether what SQLite threw says that the file can't be read as a database. */
export function isDamage(thrown: unknown): boolean {
  return /^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(thrown));
}

/** A full disk, in words for the operator. */
export const describeFullDisk = "no space left on the disk";

/** Whether the disk is full. */
export function isFullDisk(thrown: unknown): boolean {
  return codeOf(thrown) === "SQLITE_FULL" || /ENOSPC|EDQUOT/.test(messageOf(thrown));
}

/** What went wrong, in words for the operator. */
export function describeStorageFailure(thrown: unknown): string {
  if (isFullDisk(thrown)) return describeFullDisk;
  const code = codeOf(thrown);
  if (code.startsWith("SQLITE_IOERR")) return `the disk fails: ${code}`;
  return code === "" ? messageOf(thrown) : `${messageOf(thrown)} (${code})`;
}

function codeOf(thrown: unknown): string {
  return thrown instanceof SQLiteError ? (thrown.code ?? "") : "";
}

function isBusy(thrown: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(thrown));
}

function unavailable(path: string, thrown: unknown): CodedError {
  if (thrown instanceof CodedError) return thrown;
  return new CodedError(
    "unavailable",
    `can't queue profiles in ${dirname(path)}: ${describeStorageFailure(thrown)}`,
  );
}

function open(path: string): Database {
  if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new Database(path, { create: true, strict: true });
  try {
    // Before anything else: how space is given back is laid down in the file's first page.
    database.exec("PRAGMA auto_vacuum = INCREMENTAL;");
    // Before the journal's mode: so the lock is held from the first access on, and needs no shared memory.
    database.exec("PRAGMA locking_mode = EXCLUSIVE;");
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    // The ledger checkpoints itself, after it has answered; this is for what it misses.
    database.exec("PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -8000;");
    const { user_version: version = 0 } =
      database.query<{ user_version: number }, []>("PRAGMA user_version").get() ?? {};
    if (version > layoutVersion) {
      throw new CodedError("unavailable", `${path} was written by a later version of pyroduct`);
    }
    database.exec(`BEGIN IMMEDIATE; ${layout} PRAGMA user_version = ${layoutVersion}; COMMIT;`);
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}
