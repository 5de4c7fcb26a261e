/**
 * A body of /ingest or a series of Push on its way, as shards tell of it and the admin API shows it: plain data, fit
 * to be sent between processes. Times are in milliseconds since the Unix epoch.
 */
export interface LiveRecord {
  readonly id: string;
  /** Series that came in one request share it. */
  readonly request: string;
  /** When its request was read. */
  readonly time: number;
  /** The pyroscope.receive_http that it came to. */
  readonly receiver: string;
  readonly kind: "ingest" | "push";
  readonly service_name: string;
  /** As they were received, before any rule. */
  readonly labels: Readonly<Record<string, string>>;
  /** pprof profiles in it; 1 for /ingest. */
  readonly samples: number;
  readonly bytes: number;
  /** `pprof`, `jfr`, …, as the sender named it; empty where it did not. */
  readonly format: string;
  readonly content_type: string;
  /** The sender's IP address; empty where it is not known. */
  readonly sender: string;
  readonly status: LiveStatus;
  /** Why nothing of its request was sent; null unless `status` is `refused`. */
  readonly refused: string | null;
  readonly drops: readonly LiveDrop[];
  readonly deliveries: readonly LiveDelivery[];
  /** Whether `/api/v0/live/:id/raw` still has the body. */
  readonly has_body: boolean;
}

/**
 * What became of it: `under_way`; `delivered` everywhere; `partly`: some destination did not take it, or some
 * branch dropped it; `failed`: no destination took it; `dropped`: it went nowhere, as the rules say; `refused`: its
 * request was invalid.
 */
export type LiveStatus = "under_way" | "delivered" | "partly" | "failed" | "dropped" | "refused";

/** A component let it go no further. */
export interface LiveDrop {
  readonly component: string;
  /** In words: `rule 2 (drop) …`. */
  readonly reason: string;
  /** The rule that did it; null where no label was left after all rules. */
  readonly rule: LiveRule | null;
}

/** A relabelling rule, as configured, defaults filled in. */
export interface LiveRule {
  /** In the component's list, from 0. */
  readonly index: number;
  readonly action: string;
  readonly source_labels: readonly string[];
  readonly separator: string;
  readonly regex: string;
  readonly target_label: string;
  /** The joined values of the source labels that it looked at. */
  readonly value: string;
}

/** How it went at one destination. */
export interface LiveDelivery {
  readonly component: string;
  /** The endpoint's name, else its URL; null for a local store. */
  readonly endpoint: string | null;
  readonly outcome: "under_way" | "delivered" | "stored" | "queued" | "failed";
  readonly attempts: number;
  /** How long it took, in milliseconds; null while it is under way. */
  readonly duration_ms: number | null;
  /** The destination's answer, or why there was none; null where nothing went wrong. */
  readonly reason: string | null;
  /** The HTTP status of the answer that failed; null where there was none. */
  readonly http_status: number | null;
}
