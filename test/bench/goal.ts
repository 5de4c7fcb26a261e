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
  /** Where the goal has not been reached: how far what was measured at rest is. */
  readonly standing?: number | undefined;
}

/** What is made of a goal: missed is beyond it, failed beyond what is tolerated. */
export type Verdict = "met" | "missed" | "failed";

/**
 * How many times a goal, or what stands in its place where it has not been reached, the short form tolerates: its
 * rounds are few and short. So it fails where something became worse, and not where a gap is known.
 */
export const quickTolerance = 1.5;

/**
 * Judges a goal by the median of its rounds. What is no number has failed.
 *
 * @param tolerance 1 for none: then the goal alone counts.
 */
export function judge({ values, limit, standing = limit }: GoalResult, tolerance: number): Verdict {
  const value = median(values);
  if (value <= limit) return "met";
  return tolerance > 1 && value <= Math.max(limit, standing) * tolerance ? "missed" : "failed";
}
