/** Bounds of the wait between two attempts, in milliseconds. */
export interface BackoffRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * The waits between attempts: uniform in [lo, hi), where lo starts at min and hi at twice that; both
 * double after each wait and stop at max. Where lo has reached hi the wait is exactly lo.
 * The same sequence as `github.com/grafana/dskit/backoff`, which Alloy's writer uses.
 */
export class Backoff {
  readonly #maxMs: number;
  readonly #random: () => number;
  #lowMs: number;
  #highMs: number;

  constructor(range: BackoffRange, random: () => number = Math.random) {
    this.#maxMs = range.maxMs;
    this.#random = random;
    this.#lowMs = range.minMs;
    this.#highMs = Math.min(range.minMs * 2, range.maxMs);
  }

  /** The next wait in milliseconds. */
  next(): number {
    const low = this.#lowMs;
    const high = this.#highMs;
    this.#lowMs = Math.min(low * 2, this.#maxMs);
    this.#highMs = Math.min(high * 2, this.#maxMs);
    return low >= high ? low : low + this.#random() * (high - low);
  }
}
