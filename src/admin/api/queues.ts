/** Every queue, by id. */
export interface Queues {
  readonly queues: readonly Queue[];
}

/** What waits for one endpoint. */
export interface Queue {
  /** Component and endpoint: `pyroscope.write.default:production`. */
  readonly id: string;
  readonly component_id: string;
  /** The endpoint's name, else its URL. */
  readonly endpoint: string;
  /** Where profiles wait: `memory`, `disk`, … */
  readonly type: string;
  /** Whether an endpoint of the configuration sends what is in it. */
  readonly has_endpoint: boolean;
  /** Profiles that wait or are under way. */
  readonly profiles: number;
  readonly bytes: number;
  /** When the oldest of them was accepted; null where there is none. */
  readonly oldest_at: number | null;
  readonly dead_letters: number;
  readonly dead_letter_bytes: number;
  /** Bytes a second that the backlog may be sent with at present; null where nobody sends it. */
  readonly drain_rate: number | null;
  /** Why nothing is sent until somebody mends it; null where that is not so. */
  readonly paused: string | null;
}

/** Dead letters of one queue, the newest first. */
export interface DeadLetters {
  readonly dead_letters: readonly DeadLetter[];
}

/** A profile that its destination refused for good. */
export interface DeadLetter {
  readonly id: string;
  readonly queue: string;
  readonly accepted_at: number;
  readonly refused_at: number;
  /** What the destination said. */
  readonly reason: string;
  /** The way it came: `ingest` or `push`. */
  readonly kind: string;
  /** What follows the endpoint's URL, query included. */
  readonly path: string;
  readonly content_type: string;
  readonly content_encoding: string;
  readonly bytes: number;
}

/** How many profiles were moved, sent again or dropped. */
export interface QueueOrderAnswer {
  readonly profiles: number;
}
