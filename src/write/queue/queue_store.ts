import type { TraceContext } from "../../profile/trace_context.ts";
import type { WriteKind } from "../metrics.ts";

/**
 * What a type of queue implements. A store holds the profiles of many queues, one for each endpoint that asks for
 * it, and outlives the components that use it, so that a reload hands nothing over. Nobody but the store knows
 * where profiles lie; nobody but the pump (`queue_pump.ts`) knows when and how they are sent.
 *
 * The life of a profile: `append` or `admit` stores it; whoever sends it holds a lease, from `admit` or from `claim`;
 * `settle` ends the lease. A lease ends with the process too, or where a store says so: then the profile may be
 * claimed again. So everything stored is delivered at least once, in no promised order.
 */
export interface QueueStore {
  /** Whether what was stored outlives the process: then a stop need not wait for deliveries. */
  readonly isLasting: boolean;
  /** Why nothing can be stored at present, in words for the operator; undefined where it can. */
  readonly problem: string | undefined;
  /**
   * Makes a queue where there is none yet, and sets its limits. Without limits the queue has no endpoint any more:
   * what is in it is kept, and may be claimed whatever delay it was given back with, where the store can see to that.
   */
  configure(queue: string, limits: QueueLimits | undefined): Promise<void>;
  /** Stores a profile; resolves once it is as safe as this type of store makes it. Never throws. */
  append(queue: string, profile: QueuedProfile): Promise<Appended>;
  /**
   * Stores a profile that the caller sends meanwhile: it is leased to the caller from the start. What is settled as
   * delivered before it began to be stored is never stored. Never throws.
   *
   * @param headStartMs how long it may wait for that, in milliseconds; any other end of its lease ends the wait.
   */
  admit(queue: string, profile: QueuedProfile, headStartMs: number): Arrival;
  /**
   * Leases profiles that wait, those that have waited longest first; an empty list where none is due. What is
   * older than `maxAgeMs` is dropped instead. Never throws: what can't be read is reported and not handed out.
   */
  claim(queue: string, want: ClaimSize): Promise<readonly Leased[]>;
  /**
   * Ends leases; ones that the store no longer knows are left out. Need not be safe at once: where it is lost, the
   * profile is delivered once more. Never throws; what can't be written now is kept and written later.
   */
  settle(queue: string, settlements: readonly Settlement[]): void;
  /** How a queue stands, as far as this process knows; undefined where there is no such queue. */
  stats(queue: string): QueueStats | undefined;
  /** All queues, those whose endpoint is gone included. */
  queues(): readonly string[];
  /** What was refused for good. */
  readonly deadLetters: DeadLetterStore;
  /** Moves all that waits in a queue, dead letters included, to the end of another; returns how many profiles. */
  move(queue: string, to: string): Promise<number>;
  /** Drops all that waits in a queue, dead letters included, and the queue itself; returns how many profiles. */
  remove(queue: string): Promise<number>;
  /** Told of what a store drops by itself, and when profiles may be claimed that could not before. */
  observe(observer: QueueObserver): void;
  /** Writes what is left to write and closes; leases end. */
  close(): Promise<void>;
}

/** A profile as it is queued: ready to be sent but for the endpoint's own headers. Fit to be written down. */
export interface QueuedProfile extends QueuedHead {
  readonly body: Uint8Array;
}

/** All of a queued profile but its body. */
export interface QueuedHead {
  readonly kind: WriteKind;
  /** Bytes and samples of the profile itself, as the metrics count them. */
  readonly size: { readonly bytes: number; readonly samples: number };
  /** What follows the endpoint's base URL, query included. */
  readonly path: string;
  /** Headers of the profile itself; empty for Push, whose headers are always the same. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The sender's headers that `forward_headers` names. Only profiles with equal ones share a Push. */
  readonly forwardedHeaders: readonly (readonly [name: string, value: string])[];
  readonly trace: TraceContext;
  /** When it was accepted, in milliseconds since the Unix epoch. */
  readonly acceptedAt: number;
  /** Whether it must not share a request: it was part of one that was refused for good. */
  readonly isAlone: boolean;
}

/** What became of an attempt to store a profile. */
export type Appended =
  | { readonly type: "stored" }
  /** Its destination has it. `isWritten`: a write of it was under way by then, and may need its body still. */
  | { readonly type: "delivered"; readonly isWritten: boolean }
  /** The queue has no room, and `on_full` is `reject`. */
  | { readonly type: "full" }
  /** It could not be written; the reason in words for the operator. */
  | { readonly type: "failed"; readonly reason: string };

/** A profile on its way into a store, and to its destination. */
export interface Arrival {
  readonly lease: Lease;
  /**
   * Resolves once it is safe: stored or delivered, whichever comes first. Where it can't be stored, that is told once
   * it is known that it was not delivered either.
   */
  readonly stored: Promise<Appended>;
}

/** The right to deliver a profile, and what the store knows it by: opaque to everybody else. */
export type Lease = number | string | object;

/** A profile that is leased. */
export interface Leased {
  readonly lease: Lease;
  /** How often it was tried before, as far as the store knows. */
  readonly attempts: number;
  readonly profile: QueuedProfile;
}

/** How much to claim: at least one profile where any is due. */
export interface ClaimSize {
  readonly maxProfiles: number;
  readonly maxBytes: number;
}

/** How a lease ends. */
export type Settlement =
  | { readonly type: "delivered"; readonly lease: Lease }
  /** It is to be tried again, not before `delayMs` from now; `isAttempt`: it was sent and failed. */
  | {
      readonly type: "retry";
      readonly lease: Lease;
      readonly delayMs: number;
      readonly isAttempt: boolean;
    }
  /** The destination refused it for good: it goes to the dead letters. */
  | { readonly type: "refused"; readonly lease: Lease; readonly reason: string }
  /** These wait in its place; stored together with its removal, and accepted when it was. */
  | { readonly type: "split"; readonly lease: Lease; readonly parts: readonly QueuedProfile[] }
  /** Nobody will deliver it. */
  | { readonly type: "dropped"; readonly lease: Lease; readonly reason: DropReason };

/** Why a profile was dropped: `expired` by max_age, `full` by drop_oldest, `shutdown` with the process's memory. */
export type DropReason = "expired" | "full" | "shutdown" | "operator";

/** What a queue may hold. */
export interface QueueLimits {
  /** Bytes of bodies. */
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly onFull: "reject" | "drop_oldest";
  readonly deadLetters: { readonly maxBytes: number; readonly maxAgeMs: number };
}

/** How a queue stands. */
export interface QueueStats {
  /** Profiles that wait or are leased. */
  readonly profiles: number;
  /** Bytes of their bodies. */
  readonly bytes: number;
  /** When the oldest was accepted, in milliseconds since the Unix epoch; undefined where there is none. */
  readonly oldestAt: number | undefined;
  /** How many are not leased, to anybody that the store knows of. */
  readonly waiting: number;
  readonly deadLetters: number;
  readonly deadLetterBytes: number;
}

/** Learns what happens in a queue without its doing. */
export interface QueueObserver {
  /** Profiles were dropped. */
  dropped(queue: string, reason: DropReason, profiles: number, bytes: number): void;
  /** Dead letters were dropped for their age or for room. */
  deadLettersDropped(queue: string, reason: DropReason, profiles: number): void;
  /** A commit took so long, in milliseconds, from the first byte until it was safe. */
  committed(ms: number): void;
  /** There may be something to claim. */
  waiting(queue: string): void;
}

/** A profile that its destination refused for good. */
export interface DeadLetter extends QueuedHead {
  /** Unique among all stores. */
  readonly id: string;
  readonly queue: string;
  /** Milliseconds since the Unix epoch. */
  readonly refusedAt: number;
  /** What the destination said. */
  readonly reason: string;
  readonly bodyBytes: number;
}

/** Profiles that were refused for good, within bounds: the oldest go first. */
export interface DeadLetterStore {
  /** The newest first, at most `limit`. */
  list(queue: string, limit: number): Promise<readonly DeadLetter[]>;
  get(
    queue: string,
    id: string,
  ): Promise<{ readonly letter: DeadLetter; readonly body: Uint8Array } | undefined>;
  /** Puts dead letters back into a queue, accepted now; all of the queue's where no id is given. Returns how many. */
  resend(queue: string, id: string | undefined, to: string): Promise<number>;
  /** Drops dead letters; all of the queue's where no id is given. Returns how many. */
  remove(queue: string, id: string | undefined): Promise<number>;
}
