import { median } from "./statistics.ts";

/** Something that is to be at most so much. */
export interface GoalResult {
  /** Of which receiver. */
  readonly receiver: string;
  /** What and how much, such as `CPU ≤ 2.5 × nginx`. */
  readonly text: string;
  readonly limit: number;
  /** For each round. */
  readonly values: readonly number[];
}

/** What is made of a goal: missed is beyond it, failed beyond what is tolerated. */
export type Verdict = "met" | "missed" | "failed";

/** How many times a goal the short form tolerates: its rounds are few and short. */
export const quickTolerance = 1.5;

/** Judges a goal by the median of its rounds. What is no number has failed. */
export function judge({ values, limit }: GoalResult, tolerance: number): Verdict {
  const value = median(values);
  if (value <= limit) return "met";
  return value <= limit * tolerance ? "missed" : "failed";
}
