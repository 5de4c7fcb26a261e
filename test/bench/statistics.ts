/** What several rounds measured of one thing. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** How many rounds. */
  readonly count: number;
}

/** The middle of the values, or the mean of the two in the middle; NaN where there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/** Median, smallest and largest. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    count: values.length,
  };
}

/**
 * Two series of rounds that were measured in turn (A B A B), joined round by round, so that what changes slowly on
 * the machine falls out.
 */
export function paired(
  left: readonly number[],
  right: readonly number[],
  join: (left: number, right: number) => number,
): number[] {
  if (left.length !== right.length) throw new Error(`${left.length} rounds against ${right.length}`);
  return left.map((value, round) => join(value, right[round] ?? Number.NaN));
}
