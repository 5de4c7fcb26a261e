import { Database } from "bun:sqlite";
import { Lru } from "../base/lru.ts";
import type { StoredProfile } from "../component/definition.ts";
import type { LabelSelector } from "../profile/label_matcher.ts";
import { type LabelSet, serviceNameLabel } from "../profile/label_set.ts";
import { type ProfileRow, profileColumns, profileOf } from "./profile_row.ts";

/** Which profiles are meant: by time of receipt, in milliseconds since the Unix epoch, both ends included. */
export interface TimeRange {
  readonly from?: number | undefined;
  readonly until?: number | undefined;
}

/** A place in the list of profiles, which has the newest first. */
export interface ListPlace {
  readonly receivedAt: number;
  readonly id: string;
}

/** What a store says of one service. */
export interface ServiceSum {
  readonly name: string;
  readonly profiles: number;
  readonly bytes: number;
  readonly last_received_at: number;
}

/** What is known of a stored profile but for the component. */
export type KeptProfile = Omit<StoredProfile, "component_id">;

/** Label sets whose match is remembered: most profiles share theirs with others. */
const rememberedLabels = 10_000;

/** Label sets that are looked at for names and values of labels. */
const mostLabelSets = 50_000;

/**
 * Reads what a store keeps, on a connection of its own that changes nothing: readers and the writer do not wait for
 * one another (https://sqlite.org/wal.html).
 */
export class ProfileReader {
  readonly #database: Database;

  /** @throws where there is no such file. */
  constructor(path: string) {
    this.#database = new Database(path, { readonly: true, strict: true });
  }

  /**
   * The newest profiles that match.
   *
   * @param before only those that come after this place in the list.
   */
  matching(selector: LabelSelector, range: TimeRange, limit: number, before?: ListPlace): KeptProfile[] {
    const matches = matcher(selector);
    const found: KeptProfile[] = [];
    if (limit <= 0) return found;
    // Equality on the service is by far the most common, and SQLite can tell without reading labels.
    const service = selector.matchers.find(
      ({ name, operator }) => name === serviceNameLabel && operator === "=",
    );
    const sql = `SELECT ${profileColumns} FROM profile WHERE received_at BETWEEN ? AND ? AND (received_at, id) < (?, ?)
      ${service === undefined ? "" : "AND service_name = ?"} ORDER BY received_at DESC, id DESC`;
    const query = this.#database.query<ProfileRow, (string | number)[]>(sql);
    const place = [before?.receivedAt ?? Number.MAX_SAFE_INTEGER, before?.id ?? ""];
    const parameters = [...bounds(range), ...place, ...(service === undefined ? [] : [service.value])];
    for (const row of query.iterate(...parameters)) {
      if (matches(row.labels) === undefined) continue;
      found.push(profileOf(row));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** The body of a profile; undefined where it is not, or no longer, there. */
  get(id: string): { readonly profile: KeptProfile; readonly body: Uint8Array } | undefined {
    const sql = `SELECT ${profileColumns}, body FROM profile WHERE id = ?`;
    const row = this.#database.query<ProfileRow & { body: Uint8Array }, [string]>(sql).get(id);
    return row === null ? undefined : { profile: profileOf(row), body: row.body };
  }

  /** The services by name. */
  services(range: TimeRange): ServiceSum[] {
    const sql =
      "SELECT service_name AS name, count(*) AS profiles, sum(bytes) AS bytes, max(received_at) AS last_received_at FROM profile WHERE received_at BETWEEN ? AND ? GROUP BY service_name";
    return this.#database.query<ServiceSum, number[]>(sql).all(...bounds(range));
  }

  /** The different label sets that match. */
  labelSets(selector: LabelSelector, range: TimeRange): LabelSet[] {
    const matches = matcher(selector);
    const sql = "SELECT DISTINCT labels FROM profile WHERE received_at BETWEEN ? AND ? LIMIT ?";
    const rows = this.#database.query<{ labels: string }, number[]>(sql).all(...bounds(range), mostLabelSets);
    return rows.flatMap(({ labels }) => matches(labels) ?? []);
  }

  close(): void {
    this.#database.close();
  }
}

function bounds({ from = 0, until = Number.MAX_SAFE_INTEGER }: TimeRange): [number, number] {
  return [from, until];
}

/** Reads labels where they match; undefined where they do not. */
function matcher(selector: LabelSelector): (json: string) => LabelSet | undefined {
  const known = new Lru<string, { readonly labels: LabelSet | undefined }>(rememberedLabels);
  return (json) => {
    let found = known.get(json);
    if (found === undefined) {
      const labels = new Map(Object.entries(JSON.parse(json) as Record<string, string>));
      found = { labels: selector.matches(labels) ? labels : undefined };
      known.set(json, found);
    }
    return found.labels;
  };
}
