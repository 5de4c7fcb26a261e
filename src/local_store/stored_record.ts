import { type LabelSet, nameLabel, serviceNameLabel } from "../profile/label_set.ts";
import type { Profile } from "../profile/profile.ts";

/** One profile on its way into the store. Times are in milliseconds since the Unix epoch. */
export interface StoredRecord {
  readonly from: number | null;
  readonly until: number | null;
  readonly kind: Profile["kind"];
  readonly format: string;
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly serviceName: string;
  readonly labels: LabelSet;
  readonly body: Uint8Array;
}

/** What the store keeps of a profile: one record for an /ingest body, one for each sample of Push. */
export function recordsOf(profile: Profile): StoredRecord[] {
  if (profile.kind === "ingest") {
    const parameters = new URLSearchParams(profile.query);
    return [
      {
        from: parseTime(parameters.get("from")),
        until: parseTime(parameters.get("until")),
        kind: "ingest",
        format: parameters.get("format") ?? "",
        contentType: profile.contentType ?? "",
        contentEncoding: profile.contentEncoding ?? "",
        serviceName: serviceOf(profile.labels),
        labels: profile.labels,
        body: profile.body,
      },
    ];
  }
  return profile.series.flatMap(({ labels, samples }) =>
    samples.map((sample) => ({
      from: null,
      until: null,
      kind: "push" as const,
      format: "pprof",
      contentType: "application/octet-stream",
      contentEncoding: "",
      serviceName: serviceOf(labels),
      labels,
      body: sample.rawProfile,
    })),
  );
}

function serviceOf(labels: LabelSet): string {
  return labels.get(serviceNameLabel) ?? labels.get(nameLabel) ?? "";
}

/**
 * Reads `from` and `until` of /ingest: a Unix time in seconds, milliseconds, microseconds or nanoseconds, told
 * apart by its size as Pyroscope does. Anything else (`now-10s`) is relative to a clock that is not ours.
 */
export function parseTime(text: string | null): number | null {
  if (text === null || !/^\d{1,19}$/.test(text)) return null;
  const value = Number(text);
  if (value >= 1e17) return Math.floor(value / 1e6);
  if (value >= 1e14) return Math.floor(value / 1e3);
  return value >= 1e11 ? value : value * 1000;
}
