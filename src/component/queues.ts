/** A queue as it is shown. Times are in milliseconds since the Unix epoch. */
export interface QueueInfo {
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

/** A profile that its destination refused for good. */
export interface DeadLetterInfo {
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

/** A dead letter and its body as it was sent. */
export interface DeadLetterBody {
  readonly letter: DeadLetterInfo;
  readonly body: Uint8Array;
}

/** What is to be done with what lies in a queue. */
export type QueueOrder =
  /** One dead letter, or all where no id is given, goes into a queue again. */
  | { readonly type: "resend_letters"; readonly id?: string | undefined; readonly to: string }
  /** One dead letter, or all where no id is given, is dropped. */
  | { readonly type: "drop_letters"; readonly id?: string | undefined }
  /** Everything goes into another queue. */
  | { readonly type: "move"; readonly to: string }
  /** Everything is dropped. */
  | { readonly type: "drop" };

/** Queues that can be looked at and put in order. */
export interface Queues {
  list(): readonly QueueInfo[];
  /** The newest first. */
  deadLetters(queue: string, limit: number): Promise<readonly DeadLetterInfo[]>;
  deadLetter(queue: string, id: string): Promise<DeadLetterBody | undefined>;
  /** Does it; returns how many profiles that were. Throws a CodedError where it can't be done. */
  order(queue: string, order: QueueOrder): Promise<number>;
}
