import { clientAddressLabel, type LabelSet } from "./label_set.ts";
import type { Profile } from "./profile.ts";

/** The profile without the sender's address, which never leaves pyroduct; the same one where it has none. */
export function withoutClientAddress(profile: Profile): Profile {
  if (profile.kind === "ingest") {
    return profile.labels.has(clientAddressLabel) ? { ...profile, labels: strip(profile.labels) } : profile;
  }
  if (!profile.series.some((series) => series.labels.has(clientAddressLabel))) return profile;
  const series = profile.series.map((one) => ({ ...one, labels: strip(one.labels) }));
  return { ...profile, series };
}

function strip(labels: LabelSet): LabelSet {
  const stripped = new Map(labels);
  stripped.delete(clientAddressLabel);
  return stripped;
}
