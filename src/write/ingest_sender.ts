import { type LabelSet, nameLabel, serviceNameLabel, sortedLabels } from "../profile/label_set.ts";
import { type IngestProfile, sizeOf } from "../profile/profile.ts";
import type { RequestContext } from "../profile/request_context.ts";
import { LabelMemo } from "./label_memo.ts";
import type { Outgoing } from "./sender.ts";

/** Makes a profile of /ingest ready for sending: labels back into `name`, everything else as it came. */
export function outgoingIngest(
  profile: IngestProfile,
  externalLabels: ReadonlyMap<string, string>,
  request: RequestContext,
): Outgoing {
  const name = nameParameters.get(profile.labels, externalLabels);
  const headers: [string, string][] = [];
  if (profile.contentType !== undefined) headers.push(["content-type", profile.contentType]);
  if (profile.contentEncoding !== undefined) headers.push(["content-encoding", profile.contentEncoding]);
  return {
    kind: "ingest",
    size: sizeOf(profile),
    path: `/ingest?${placeName(profile.query, name)}`,
    body: profile.body,
    headers,
    ...ingestWire,
    request,
  };
}

/** What every profile of /ingest has in common: its protocol knows neither deadlines nor codes. */
export const ingestWire: Pick<Outgoing, "deadlineHeaders" | "codeOf"> = {
  deadlineHeaders: () => [],
  codeOf: () => undefined,
};

const nameParameters = new LabelMemo(
  (labels, externalLabels) => `name=${encodeURIComponent(ingestName(labels, externalLabels).toWellFormed())}`,
);

/**
 * `service{sorted labels}`. The prefix is the service's name before external labels, the sender's name where
 * there is none; an external `__name__` replaces it.
 */
export function ingestName(labels: LabelSet, externalLabels: ReadonlyMap<string, string>): string {
  const merged = new Map(labels);
  merged.set(nameLabel, labels.get(serviceNameLabel) ?? labels.get(nameLabel) ?? "");
  for (const [name, value] of externalLabels) merged.set(name, value);
  const prefix = merged.get(nameLabel) ?? "";
  merged.delete(nameLabel);
  const pairs = sortedLabels(merged).filter(([, value]) => value !== "");
  return `${prefix}{${pairs.map(([name, value]) => `${name}=${value}`).join(",")}}`;
}

// The query is sorted by key; so stays the outgoing one.
function placeName(query: string, name: string): string {
  if (query === "") return name;
  let start = 0;
  while (start < query.length) {
    const end = query.indexOf("&", start);
    const next = end < 0 ? query.length : end + 1;
    if (isAfterName(query, start, next)) return `${query.slice(0, start)}${name}&${query.slice(start)}`;
    start = next;
  }
  return `${query}&${name}`;
}

const firstOfName = "name".charCodeAt(0);

// Most keys differ from it in their first letter already.
function isAfterName(query: string, start: number, end: number): boolean {
  const first = query.charCodeAt(start);
  return first === firstOfName ? query.slice(start, end) > "name" : first > firstOfName;
}
