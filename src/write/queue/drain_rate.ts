import type { Clock } from "../../base/clock.ts";

/** The share of a second's bytes that may go out in one burst after a rest. */
const burstSeconds = 0.25;

/** The lowest rate is this share of the highest, so that a way back is always found. */
const lowestShare = 1 / 64;

/** What a quiet second adds to the rate, as a share of the highest: back from nothing in twenty seconds. */
const stepShare = 1 / 20;

/** The rate is halved once in this time at most: requests that were under way together tell of one overload. */
const halveEveryMs = 1000;

/**
 * How fast a backlog is sent: a bucket of bytes that fills at a rate. The rate halves when the destination is
 * overloaded and then rises step by step (additive increase, multiplicative decrease).
 */
export class DrainRate {
  readonly #clock: Clock;
  readonly #highest: number;
  /** Bytes a second at present. */
  #rate: number;
  /** Bytes that may go out now; below zero after a large profile. */
  #bytes: number;
  #filledAt: number;
  #halvedAt = Number.NEGATIVE_INFINITY;

  /** @param bytesPerSecond the highest rate. */
  constructor(bytesPerSecond: number, clock: Clock) {
    this.#clock = clock;
    this.#highest = bytesPerSecond;
    this.#rate = bytesPerSecond;
    this.#bytes = bytesPerSecond * burstSeconds;
    this.#filledAt = clock.now();
  }

  /** Bytes a second at present. */
  get bytesPerSecond(): number {
    this.#fill();
    return this.#rate;
  }

  /** How long to wait until something may go out, in milliseconds; 0 where it may now. */
  get waitMs(): number {
    this.#fill();
    return this.#bytes > 0 ? 0 : Math.ceil(((1 - this.#bytes) / this.#rate) * 1000);
  }

  /** Counts what goes out. */
  take(bytes: number): void {
    this.#fill();
    this.#bytes -= bytes;
  }

  /** The destination said that it is too much. */
  halve(): void {
    this.#fill();
    const now = this.#clock.now();
    if (now - this.#halvedAt < halveEveryMs) return;
    this.#halvedAt = now;
    this.#rate = Math.max(this.#highest * lowestShare, this.#rate / 2);
    this.#bytes = Math.min(this.#bytes, this.#rate * burstSeconds);
  }

  #fill(): void {
    const now = this.#clock.now();
    const seconds = (now - this.#filledAt) / 1000;
    this.#filledAt = now;
    this.#rate = Math.min(this.#highest, this.#rate + this.#highest * stepShare * seconds);
    this.#bytes = Math.min(this.#rate * burstSeconds, this.#bytes + this.#rate * seconds);
  }
}
