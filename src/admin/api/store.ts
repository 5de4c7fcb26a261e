/** One page of stored profiles. */
export interface ProfilePage {
  readonly profiles: readonly StoredProfile[];
  /** Give it as `cursor` for what follows; null on the last page. */
  readonly next_cursor: string | null;
}

/** What is known of a stored profile. */
export interface StoredProfile {
  readonly id: string;
  /** The pyroscope.local_store that keeps it. */
  readonly component_id: string;
  readonly received_at: number;
  /** When the profile began and ended, as its sender says; null where it does not. */
  readonly from: number | null;
  readonly until: number | null;
  readonly kind: "ingest" | "push";
  /** `pprof`, `jfr`, …, as the sender named it; empty where it did not. */
  readonly format: string;
  readonly content_type: string;
  readonly content_encoding: string;
  readonly service_name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly bytes: number;
}

/** What a body consists of: one part, or those of a multipart form. */
export interface ProfileParts {
  readonly parts: readonly ProfilePart[];
}

/** One part of a body. */
export interface ProfilePart {
  /** The name to ask for as `part`; `body` where the body is no form. */
  readonly name: string;
  readonly format: ProfileFormat;
  readonly bytes: number;
  /** Whether `raw` without `part` gives this one. */
  readonly is_profile: boolean;
}

/** What bytes hold, by their content. */
export type ProfileFormat = "pprof" | "jfr" | "folded" | "json" | "unknown";

/** Services with stored profiles, by name. */
export interface Services {
  readonly services: readonly Service[];
}

/** One service. */
export interface Service {
  readonly name: string;
  readonly profiles: number;
  readonly bytes: number;
  readonly last_received_at: number;
}

/** Types of stored profiles, by id. */
export interface ProfileTypes {
  readonly types: readonly ProfileType[];
  /** False where so many profiles are new that not all have been looked into yet: ask again. */
  readonly is_complete: boolean;
}

/** What a value in a profile counts. */
export interface ProfileType {
  /** `process_cpu:cpu:nanoseconds`; what `type` takes. */
  readonly id: string;
  /** `process_cpu`, `memory`, … */
  readonly name: string;
  /** `cpu`, `alloc_space`, … */
  readonly sample_type: string;
  /** `nanoseconds`, `bytes`, `count`, … */
  readonly unit: string;
  readonly profiles: number;
  /** Whether it can be merged into a flame graph; JFR can't, and opens in a viewer one by one. */
  readonly is_mergeable: boolean;
}

/** Names of labels, sorted. */
export interface LabelNames {
  readonly names: readonly string[];
}

/** Values of one label, sorted; at most 1000. */
export interface LabelValues {
  readonly values: readonly string[];
  readonly is_complete: boolean;
}
