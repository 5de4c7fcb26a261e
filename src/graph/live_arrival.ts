import { type LabelSet, nameLabel, serviceNameLabel } from "../profile/label_set.ts";
import type { Profile } from "../profile/profile.ts";
import type { RequestContext } from "../profile/request_context.ts";
import { formatOf } from "./live_bodies.ts";
import type { LiveArrival } from "./live_record.ts";

/** Characters of labels that a record keeps; a sender may send megabytes. */
const longestLabels = 8192;

/** What is remembered of one series, or of the body of /ingest, when it comes in. */
export function arrivalOf(
  receiver: string,
  profile: Profile,
  index: number,
  request: RequestContext,
  time: number,
): LiveArrival {
  const series = profile.kind === "push" ? profile.series[index] : undefined;
  const labels = boundedLabels(labelsOf(profile, index));
  const samples = series?.samples ?? [];
  return {
    time,
    receiver,
    kind: profile.kind,
    service_name: labels.get(serviceNameLabel) ?? labels.get(nameLabel) ?? "",
    labels: Object.fromEntries(labels),
    samples: series === undefined ? 1 : samples.length,
    bytes:
      profile.kind === "ingest"
        ? profile.body.byteLength
        : samples.reduce((sum, { rawProfile }) => sum + rawProfile.byteLength, 0),
    format: formatOf(profile),
    content_type: profile.kind === "ingest" ? (profile.contentType ?? "") : "",
    sender: request.clientAddress() ?? "",
  };
}

/** The labels of one series, or of the body of /ingest. */
export function labelsOf(profile: Profile, index: number): LabelSet {
  return profile.kind === "ingest" ? profile.labels : (profile.series[index]?.labels ?? none);
}

/** Characters of labels that are looked at: a regular expression would take long for more. */
const longestLooked = 65_536;

/** Whether the labels are so long that looking at them would hold up others. */
export function areHuge(labels: LabelSet): boolean {
  let length = 0;
  for (const [name, value] of labels) length += name.length + value.length;
  return length > longestLooked;
}

const none: LabelSet = new Map();

function boundedLabels(labels: LabelSet): LabelSet {
  let left = longestLabels;
  const bounded = new Map<string, string>();
  for (const [name, value] of labels) {
    if (left <= 0) break;
    bounded.set(name.slice(0, left), value.slice(0, left));
    left -= name.length + value.length;
  }
  return bounded;
}
