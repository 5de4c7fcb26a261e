/** One of several parts that a whole is divided into. */
export interface Share {
  /** From 0 to one less than `count`. */
  readonly index: number;
  readonly count: number;
}

/** The whole, undivided. */
export const wholeShare: Share = { index: 0, count: 1 };

/**
 * What falls to a share of a whole number: the parts of all shares add up to it. None is below 1 where the whole is
 * not, since 0 often means that there is no limit; only then may the sum be larger.
 */
export function shareOf(total: number, { index, count }: Share): number {
  const part = Math.floor(total / count) + (index < total % count ? 1 : 0);
  return total > 0 ? Math.max(1, part) : total;
}
