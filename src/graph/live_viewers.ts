import type { Clock } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import { LabelSelector } from "../profile/label_matcher.ts";
import type { LabelSet } from "../profile/label_set.ts";

/** Someone who looks, and how much there was to see. */
export interface Viewer {
  readonly match: string;
  readonly selector: LabelSelector;
  /** What had passed, and passed unseen, when this viewer came. */
  readonly passedBefore: number;
  readonly unseenBefore: number;
  matched: number;
  recorded: number;
  expiresAt: number;
}

/** Whoever does not ask again for so long, in milliseconds, has gone. */
const leaseMs = 10_000;

/** Those who may look at the same time. */
const mostViewers = 16;

const nobody: readonly Viewer[] = [];

/** Those who look at the moment. */
export class LiveViewers {
  readonly #clock: Clock;
  readonly #viewers = new Map<string, Viewer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#viewers.size === 0;
  }

  /**
   * The viewer of this name, who counts from now on where there was none, or another selector.
   *
   * @throws CodedError where the selector is wrong, or too many look already.
   */
  renew(name: string, match: string, passed: number, unseen: number): Viewer {
    let viewer = this.#viewers.get(name);
    if (viewer?.match !== match) {
      if (viewer === undefined && this.#viewers.size >= mostViewers)
        throw new CodedError("resource_exhausted", `${mostViewers} others are looking already`);
      const parsed = LabelSelector.parse(match);
      if (!parsed.ok) throw new CodedError("invalid_argument", parsed.problem);
      const before = { passedBefore: passed, unseenBefore: unseen };
      viewer = { match, selector: parsed.selector, ...before, matched: 0, recorded: 0, expiresAt: 0 };
      this.#viewers.set(name, viewer);
    }
    viewer.expiresAt = this.#clock.now() + leaseMs;
    return viewer;
  }

  /** Those whose selector takes the labels. */
  matching(labels: LabelSet): readonly Viewer[] {
    let found: Viewer[] | undefined;
    for (const viewer of this.#viewers.values()) {
      if (!viewer.selector.matches(labels)) continue;
      if (found === undefined) found = [viewer];
      else found.push(viewer);
    }
    return found ?? nobody;
  }

  /** Forgets those who have gone. */
  expire(): void {
    const now = this.#clock.now();
    for (const [name, { expiresAt }] of this.#viewers) if (expiresAt <= now) this.#viewers.delete(name);
  }
}
