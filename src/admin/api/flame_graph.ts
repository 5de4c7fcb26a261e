/** Profiles merged into one tree of calls. */
export interface FlameGraph {
  readonly type: FlameType;
  /** All types that the profiles have; `type` takes their ids. */
  readonly types: readonly FlameType[];
  /** The sum of all values, in the type's unit. */
  readonly total: number;
  readonly functions: readonly FlameFunction[];
  /** In preorder: a node's children follow it, one deeper, the largest first. The first one is the root. */
  readonly nodes: readonly FlameNode[];
  readonly merged: MergeReport;
}

/** What values count. */
export interface FlameType {
  readonly id: string;
  readonly sample_type: string;
  readonly unit: string;
}

/** A function, for the table: the largest self first. */
export interface FlameFunction {
  readonly name: string;
  /** Where it is defined; empty where that is not known. */
  readonly file: string;
  readonly self: number;
  /** Of all stacks that it is in, each counted once. */
  readonly total: number;
}

/** One call path. */
export interface FlameNode {
  /** Index in `functions`; -1 for the root, -2 for "other": small siblings that were left out, as one. */
  readonly function: number;
  /** 0 for the root. */
  readonly depth: number;
  /** Where it begins from the left, in the unit of `total`. */
  readonly x: number;
  readonly self: number;
  readonly total: number;
}

/** What the tree was made of. */
export interface MergeReport {
  readonly profiles: number;
  readonly bytes: number;
  /** Profiles that match but were left out, for a limit of work; the newest are taken first. */
  readonly left_out: number;
  /** Profiles that could not be read, with the first reason. */
  readonly unreadable: number;
  readonly unreadable_reason: string | null;
  /** Whether small nodes were put together to keep within max_nodes. */
  readonly is_bounded: boolean;
  /** From when to when the profiles were received; null where there are none. */
  readonly from: number | null;
  readonly until: number | null;
}

/** What two sets of profiles differ in; left is the base. */
export interface DiffGraph {
  readonly type: FlameType;
  readonly left_total: number;
  readonly right_total: number;
  readonly functions: readonly DiffFunction[];
  /** As in FlameGraph; a node is as wide as `left` and `right` together, each as a share of its own total. */
  readonly nodes: readonly DiffNode[];
  readonly left_merged: MergeReport;
  readonly right_merged: MergeReport;
}

/** A function on both sides: the largest difference of self, as a share of each side's total, first. */
export interface DiffFunction {
  readonly name: string;
  readonly file: string;
  readonly left_self: number;
  readonly left_total: number;
  readonly right_self: number;
  readonly right_total: number;
}

/** One call path on both sides. */
export interface DiffNode {
  /** As in FlameNode. */
  readonly function: number;
  readonly depth: number;
  /** Where it begins and how wide it is, from 0 to 1. */
  readonly x: number;
  readonly width: number;
  readonly left_self: number;
  readonly left_total: number;
  readonly right_self: number;
  readonly right_total: number;
}
