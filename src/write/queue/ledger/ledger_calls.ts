import type { DropReason, QueueLimits, QueueStats } from "../queue_store.ts";

/** What a ledger is asked: plain data, fit to be sent to a worker. Bodies go beside it, named by their place there. */
export type LedgerRequest =
  | LedgerWrite
  | { readonly type: "configure"; readonly queue: string; readonly limits: QueueLimits | undefined }
  | {
      readonly type: "claim";
      readonly queue: string;
      readonly now: number;
      readonly maxProfiles: number;
      readonly maxBytes: number;
    }
  /** Drops what is too old. */
  | { readonly type: "tend"; readonly now: number }
  /** Gives space back to the file system, a little at a time. */
  | { readonly type: "compact" }
  | { readonly type: "letters"; readonly queue: string; readonly limit: number }
  | { readonly type: "letter"; readonly queue: string; readonly id: string }
  | {
      readonly type: "resend_letters";
      readonly queue: string;
      readonly id: string | undefined;
      readonly to: string;
      readonly now: number;
    }
  | { readonly type: "remove_letters"; readonly queue: string; readonly id: string | undefined }
  | { readonly type: "move"; readonly queue: string; readonly to: string }
  | { readonly type: "remove"; readonly queue: string }
  /** Takes over what lies in the file of a ledger that nobody uses any more, and removes that file. */
  | { readonly type: "adopt"; readonly path: string; readonly now: number };

/** Profiles that come and leases that end, in one transaction. Times are in milliseconds since the Unix epoch. */
export interface LedgerWrite {
  readonly type: "write";
  readonly now: number;
  readonly settlements: readonly SettleRecord[];
  readonly appends: readonly AppendRecord[];
}

/** A profile on its way into a queue. */
export interface AppendRecord extends ProfileRecord {
  readonly queue: string;
  readonly wantsLease: boolean;
  /** How its lease has ended before it came. */
  readonly ending?: LeaseEnding;
}

/** A profile as it is written. */
export interface ProfileRecord {
  readonly acceptedAt: number;
  /** All that is known of it but times and body, as JSON. */
  readonly head: string;
  /** Its place among the bodies. */
  readonly body: number;
}

/** A lease that ends. */
export interface SettleRecord {
  readonly queue: string;
  readonly lease: number;
  readonly as: LeaseEnding;
}

/** What becomes of a profile whose lease ends. */
export type LeaseEnding =
  | { readonly type: "delivered" }
  | { readonly type: "retry"; readonly delayMs: number; readonly isAttempt: boolean }
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "split"; readonly parts: readonly ProfileRecord[] }
  | { readonly type: "dropped"; readonly reason: DropReason };

/** A ledger's answer; what it says besides concerns every caller. */
export interface LedgerReply {
  readonly result: LedgerResult;
  /** How the queues that were touched stand; null for one that is gone. */
  readonly stats: Readonly<Record<string, QueueStats | null>>;
  readonly drops: readonly LedgerDrop[];
  /** Why nothing can be written at present, in words; absent where it can. */
  readonly problem?: string;
  /** Where the file is that turned out to be damaged, and in whose place a new one is in use. */
  readonly setAside?: string;
}

/** What came of a request. */
export type LedgerResult =
  | { readonly type: "written"; readonly appends: readonly AppendResult[]; readonly hasSettled: boolean }
  | {
      readonly type: "claimed";
      readonly profiles: readonly ClaimedRecord[];
    }
  | { readonly type: "letters"; readonly letters: readonly LetterRecord[] }
  /** `more`: whether the same request has more to do. */
  | { readonly type: "done"; readonly count: number; readonly more: boolean }
  | { readonly type: "failed"; readonly reason: string };

/** What became of a profile that came. */
export type AppendResult =
  | { readonly type: "stored"; readonly lease: number | null }
  | { readonly type: "full" }
  | { readonly type: "failed"; readonly reason: string };

/** A profile that was claimed. */
export interface ClaimedRecord extends ProfileRecord {
  readonly lease: number;
  readonly attempts: number;
}

/** A dead letter; `body` is -1 where it was not asked for. */
export interface LetterRecord extends ProfileRecord {
  readonly id: string;
  readonly queue: string;
  readonly refusedAt: number;
  readonly reason: string;
  readonly bodyBytes: number;
}

/** What was dropped from a queue, or from its dead letters. */
export interface LedgerDrop {
  readonly queue: string;
  readonly what: "profiles" | "letters";
  readonly reason: DropReason;
  readonly profiles: number;
  readonly bytes: number;
}

/** A ledger's answer together with the bodies that it names. */
export interface LedgerAnswer {
  readonly reply: LedgerReply;
  readonly bodies: readonly Uint8Array[];
}
