import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { CodedError, messageOf } from "../base/failure.ts";
import type { ServiceActivity, StoredProfile } from "../component/definition.ts";
import { type ProfileRow, profileColumns, profileOf } from "./profile_row.ts";
import type { StoredRecord } from "./stored_record.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS profile (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    received_at INTEGER NOT NULL,
    time_from INTEGER,
    time_until INTEGER,
    kind TEXT NOT NULL,
    format TEXT NOT NULL,
    content_type TEXT NOT NULL,
    content_encoding TEXT NOT NULL,
    service_name TEXT NOT NULL,
    labels TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS profile_received_at ON profile (received_at);
`;

/** What a database may hold. */
export interface StoreLimits {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** Profiles in an SQLite file. What is added together is on disk, or not, together. */
export class ProfileDatabase {
  readonly #database: Database;
  #limits: StoreLimits;
  #bytes: number;
  #seenNumber: number;

  /** @throws CodedError where the file can't be opened or made. */
  constructor(path: string, limits: StoreLimits) {
    this.#limits = limits;
    this.#database = open(path);
    this.#bytes = this.#value("SELECT coalesce(sum(bytes), 0) AS value FROM profile");
    this.#seenNumber = this.#value("SELECT coalesce(max(number), 0) AS value FROM profile");
  }

  /** Bytes of bodies and labels that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many profiles are kept. */
  get count(): number {
    return this.#value("SELECT count(*) AS value FROM profile");
  }

  /** When the oldest profile came, in milliseconds since the Unix epoch; undefined where there is none. */
  get oldestAt(): number | undefined {
    const query = this.#database.query<{ received_at: number }, []>(
      "SELECT received_at FROM profile ORDER BY number LIMIT 1",
    );
    return query.get()?.received_at;
  }

  set limits(limits: StoreLimits) {
    this.#limits = limits;
  }

  /**
   * Adds records and makes room for them, all in one transaction.
   *
   * @param nowMs the time of receipt, in milliseconds since the Unix epoch.
   * @returns how many old profiles had to go.
   */
  add(records: readonly StoredRecord[], nowMs: number): number {
    const insert = this.#database.query(
      "INSERT INTO profile (id, received_at, time_from, time_until, kind, format, content_type, content_encoding, service_name, labels, bytes, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    const bytesBefore = this.#bytes;
    const work = this.#database.transaction(() => {
      for (const record of records) {
        const labels = JSON.stringify(Object.fromEntries(record.labels));
        const bytes = record.body.byteLength + labels.length;
        const { from, until, kind, format, contentType, contentEncoding, serviceName, body } = record;
        const id = Bun.randomUUIDv7();
        insert.run(
          id,
          nowMs,
          from,
          until,
          kind,
          format,
          contentType,
          contentEncoding,
          serviceName,
          labels,
          bytes,
          body,
        );
        this.#bytes += bytes;
      }
      return this.#makeRoom(nowMs);
    });
    try {
      return work();
    } catch (thrown) {
      this.#bytes = bytesBefore;
      throw new CodedError("unavailable", `the profile can't be stored: ${messageOf(thrown)}`, {
        cause: thrown,
      });
    }
  }

  /** Removes what is too old; returns how many that were. */
  expire(nowMs: number): number {
    return this.#database.transaction(() => this.#makeRoom(nowMs))();
  }

  get(id: string): { profile: Omit<StoredProfile, "component_id">; body: Uint8Array } | undefined {
    const query = this.#database.query<ProfileRow & { body: Uint8Array }, [string]>(
      `SELECT ${profileColumns}, body FROM profile WHERE id = ?`,
    );
    const row = query.get(id);
    return row === null ? undefined : { profile: profileOf(row), body: row.body };
  }

  /** What was added since the last call, by service. */
  activity(): ServiceActivity[] {
    const since = this.#seenNumber;
    this.#seenNumber = this.#value("SELECT coalesce(max(number), 0) AS value FROM profile");
    if (this.#seenNumber === since) return [];
    const query = this.#database.query<ServiceActivity, [number, number]>(
      "SELECT service_name, count(*) AS profiles, sum(length(body)) AS bytes FROM profile WHERE number > ? AND number <= ? GROUP BY service_name ORDER BY profiles DESC",
    );
    return query.all(since, this.#seenNumber);
  }

  close(): void {
    this.#database.close();
  }

  #makeRoom(nowMs: number): number {
    const old = this.#database.query<{ number: number; bytes: number; received_at: number }, []>(
      "SELECT number, bytes, received_at FROM profile ORDER BY number LIMIT 256",
    );
    const remove = this.#database.query("DELETE FROM profile WHERE number = ?");
    let removed = 0;
    for (;;) {
      const rows = old.all();
      for (const row of rows) {
        const isTooOld = row.received_at < nowMs - this.#limits.maxAgeMs;
        if (!isTooOld && this.#bytes <= this.#limits.maxBytes) return removed;
        remove.run(row.number);
        this.#bytes -= row.bytes;
        removed += 1;
      }
      if (rows.length === 0) return removed;
    }
  }

  #value(sql: string): number {
    return this.#database.query<{ value: number }, []>(sql).get()?.value ?? 0;
  }
}

function open(path: string): Database {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new Database(path, { create: true, strict: true });
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;");
    database.exec("PRAGMA journal_size_limit = 16777216;");
    database.exec(schema);
    return database;
  } catch (thrown) {
    throw new CodedError("unavailable", `can't store profiles in ${dirname(path)}: ${messageOf(thrown)}`);
  }
}
