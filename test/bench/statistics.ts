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
 * What `percent` of 100 values are at most, by the nearest rank; NaN where there are none.
 *
 * @param percent above 0 and at most 100.
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN;
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

/**
 * How many times its earlier value something has in the end: the median of the last third against that of the middle
 * third. The first third is left out, because what is filled once is no growth.
 */
export function growthOf(values: readonly number[]): number {
  const third = Math.floor(values.length / 3);
  return median(values.slice(-third)) / median(values.slice(third, -third));
}
