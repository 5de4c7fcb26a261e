import type { StoredProfile } from "../component/definition.ts";

/** The columns of a profile but for its body. */
export const profileColumns =
  "number, id, received_at, time_from, time_until, kind, format, content_type, content_encoding, service_name, labels, bytes";

/** These columns as SQLite gives them. */
export interface ProfileRow {
  readonly number: number;
  readonly id: string;
  readonly received_at: number;
  readonly time_from: number | null;
  readonly time_until: number | null;
  readonly kind: string;
  readonly format: string;
  readonly content_type: string;
  readonly content_encoding: string;
  readonly service_name: string;
  readonly labels: string;
  readonly bytes: number;
}

/** What a row says of a profile. */
export function profileOf(row: ProfileRow): Omit<StoredProfile, "component_id"> {
  return {
    id: row.id,
    received_at: row.received_at,
    from: row.time_from,
    until: row.time_until,
    kind: row.kind,
    format: row.format,
    content_type: row.content_type,
    content_encoding: row.content_encoding,
    service_name: row.service_name,
    labels: JSON.parse(row.labels),
    bytes: row.bytes,
  };
}
