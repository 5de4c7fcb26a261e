/**
 * How long a profile may be under way before it begins to be stored, in milliseconds: a destination nearby answers in
 * less even where machines are busy, and no sender minds.
 */
const headStartMs = 25;

/** The share of deliveries that must have been as quick as that lately for it to be worth the wait. */
const worthwhileShare = 0.5;

/** How much one delivery says of those to come. */
const weight = 1 / 16;

/**
 * How long profiles are given to arrive before they are stored. What arrives in time is never written; where few do,
 * their senders should not wait for it.
 */
export class HeadStart {
  /** The share of late deliveries that took no longer. */
  #quickShare = 1;

  /** In milliseconds; 0 where it is not worth the wait. */
  get ms(): number {
    return this.#quickShare < worthwhileShare ? 0 : headStartMs;
  }

  /** A delivery took so long, in milliseconds. */
  note(ms: number): void {
    this.#quickShare += weight * ((ms <= headStartMs ? 1 : 0) - this.#quickShare);
  }
}
