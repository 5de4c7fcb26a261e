/** The components as wired, and how they do. */
export interface Flow {
  readonly time: number;
  readonly components: readonly FlowComponent[];
  readonly edges: readonly FlowEdge[];
}

/** One component. */
export interface FlowComponent {
  /** `pyroscope.write.default`. */
  readonly id: string;
  /** `pyroscope.write`. */
  readonly type: string;
  readonly label: string;
  readonly health: ComponentHealth;
  /** Changes of health, the oldest first; the last one is `health`. At most 32. */
  readonly health_history: readonly ComponentHealth[];
  /** The arguments as written, secrets masked, defaults not filled in. */
  readonly arguments: unknown;
  /** The latest warnings and errors, the newest first. At most 20. */
  readonly last_errors: readonly FlowError[];
  /** `host:port` where it listens; null where it does not. */
  readonly address: string | null;
  /** Where it sends to; empty for everything but pyroscope.write. */
  readonly endpoints: readonly FlowEndpoint[];
}

/** How a component does since a point in time. */
export interface ComponentHealth {
  readonly state: "healthy" | "unhealthy";
  readonly reason: string;
  readonly since: number;
}

/** A warning or an error that a component logged. */
export interface FlowError {
  readonly time: number;
  readonly level: "warn" | "error";
  readonly message: string;
  /** What else the line said, such as endpoint, attempts, reason. */
  readonly fields: Readonly<Record<string, string>>;
}

/** A destination of pyroscope.write. */
export interface FlowEndpoint {
  /** Its name, else its URL; the same in FlowRates and LiveDelivery. */
  readonly name: string;
  readonly url: string;
  /** Why the latest delivery failed; null where it did not. */
  readonly failing: string | null;
  /** How it queues; null where it does not. */
  readonly queue: "memory" | "disk" | "jetstream" | null;
}

/** One component hands its profiles to another. */
export interface FlowEdge {
  readonly from: string;
  readonly to: string;
}

/** What passes, averaged over the time since the event before. */
export interface FlowRates {
  readonly time: number;
  readonly edges: readonly EdgeRate[];
  readonly endpoints: readonly EndpointRate[];
}

/** What one component hands to another. */
export interface EdgeRate extends FlowEdge {
  readonly profiles_per_second: number;
  readonly bytes_per_second: number;
}

/** What one destination takes. */
export interface EndpointRate {
  /** The id of the pyroscope.write that it belongs to. */
  readonly component: string;
  readonly endpoint: string;
  readonly profiles_per_second: number;
  readonly bytes_per_second: number;
  /** Profiles not delivered, in a second and since the start. */
  readonly errors_per_second: number;
  readonly errors_total: number;
  readonly retries_per_second: number;
  /** What waits in its queue; null where it has none. */
  readonly queue: QueueDepth | null;
}

/** What waits in a queue. */
export interface QueueDepth {
  readonly profiles: number;
  readonly bytes: number;
  /** How long the oldest has waited, in milliseconds; null where nothing waits. */
  readonly oldest_ms: number | null;
}
