import type { LabelSet } from "./label_set.ts";

/** A profile that came by /ingest: the body is the sender's, never looked into. */
export interface IngestProfile {
  readonly kind: "ingest";
  readonly labels: LabelSet;
  /** All query parameters but `name`, percent-encoded, sorted by key; empty where there are none. */
  readonly query: string;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly body: Uint8Array;
}

/** One pprof profile of a series. */
export interface Sample {
  /** A UUID of the sender's, or empty. */
  readonly id: string;
  /** pprof, gzipped or not, byte for byte as it came. */
  readonly rawProfile: Uint8Array;
}

/** Metadata that can't be selected by; keys may repeat. */
export interface Annotation {
  readonly key: string;
  readonly value: string;
}

/** Profiles that share their labels. */
export interface Series {
  readonly labels: LabelSet;
  readonly samples: readonly Sample[];
  readonly annotations: readonly Annotation[];
  /** Samples and annotations as fields of a `push.v1.RawProfileSeries`, where they came so. */
  readonly encoded?: Uint8Array;
}

/** What one Push request brought. */
export interface PushProfile {
  readonly kind: "push";
  readonly series: readonly Series[];
}

/** What travels through the pipeline. */
export type Profile = IngestProfile | PushProfile;

/** How much of what is in a profile: `samples` counts pprof profiles, of which /ingest brings one. */
export interface ProfileSize {
  readonly bytes: number;
  readonly samples: number;
}

/** Counts the profiles and their bytes, labels and framing left out, as Alloy's metrics do. */
export function sizeOf(profile: Profile): ProfileSize {
  if (profile.kind === "ingest") return { bytes: profile.body.byteLength, samples: 1 };
  let bytes = 0;
  let samples = 0;
  for (const series of profile.series) {
    for (const sample of series.samples) {
      bytes += sample.rawProfile.byteLength;
      samples += 1;
    }
  }
  return { bytes, samples };
}
