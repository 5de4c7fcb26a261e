/** What runs, for the head of the page and the first run. */
export interface Status {
  readonly version: string;
  readonly commit: string;
  readonly bun: string;
  readonly started_at: number;
  readonly time: number;
  readonly is_ready: boolean;
  /** Whether it runs without a configuration file. */
  readonly is_first_run: boolean;
  readonly config_name: string;
  readonly unhealthy: readonly Unhealthy[];
  readonly receivers: readonly ReceiverAddress[];
  /** The ids of pyroscope.local_store components. */
  readonly stores: readonly string[];
  /** Profiles stored now; 0 where there is no store. */
  readonly stored_profiles: number;
  /** Profiles received since the start. */
  readonly received_profiles: number;
}

/** Something that is unhealthy. */
export interface Unhealthy {
  /** A component's id, or `configuration`. */
  readonly id: string;
  readonly reason: string;
  readonly since: number;
}

/** Where SDKs may send profiles. */
export interface ReceiverAddress {
  readonly id: string;
  /** `http://127.0.0.1:4040`: where it listens on all addresses, the host that this request came to. */
  readonly url: string;
  readonly is_tls: boolean;
  /** Whether senders must say who they are. */
  readonly needs_auth: boolean;
}
