import type { LiveRecord } from "../../graph/live_shapes.ts";

export type {
  LiveDelivery,
  LiveDrop,
  LiveRecord as LiveProfile,
  LiveStatus,
} from "../../graph/live_shapes.ts";

/** Profiles that passed lately, the newest first. */
export interface LiveProfiles {
  readonly profiles: readonly LiveRecord[];
  readonly sampling: LiveSampling;
}

/** Profiles that are new or have changed (by id) since the event before, the oldest first. */
export interface LiveBatch {
  readonly time: number;
  readonly profiles: readonly LiveRecord[];
  readonly sampling: LiveSampling;
}

/** How much of what passed is shown. Counted over the time that `seconds` says. */
export interface LiveSampling {
  readonly seconds: number;
  /** Profiles that passed. */
  readonly passed: number;
  /** Of these, how many `match` takes; at least, where they come too fast to look at each. */
  readonly matched: number;
  /** Of those that passed, how many were not even looked at, since they come too fast. */
  readonly unseen: number;
  /** Of those that match, how many were recorded: the others were too many. */
  readonly recorded: number;
}
