import type { Controller } from "../controller/controller.ts";
import type { LiveAnswer, LiveCounts } from "../graph/live_tap.ts";
import type { LiveBatch, LiveProfile, LiveSampling } from "./api/live.ts";

const nothing: LiveCounts = { passed: 0, matched: 0, unseen: 0, recorded: 0 };

/** Over how long sampling is told, in milliseconds. */
const windowMs = 1000;

/** What one person sees of the profiles that pass through all shards. */
export class LiveView {
  readonly #controller: Controller;
  readonly #match: string;
  readonly #viewer: string;
  /** What was said of each place of a shard that comes next. */
  #after: number[] = [];
  /** Counts at earlier looks, the oldest first: the first is the last one from before the window. */
  #counts: { readonly at: number; readonly counts: LiveCounts }[] = [];

  /** @param viewer by this name the shards know who asks. */
  constructor(controller: Controller, match: string, viewer: string = Bun.randomUUIDv7()) {
    this.#controller = controller;
    this.#match = match;
    this.#viewer = viewer;
  }

  /**
   * What is new since the last look.
   *
   * @param at monotonic milliseconds.
   * @param time milliseconds since the Unix epoch.
   * @throws CodedError where the selector is wrong, or too many look already.
   */
  async look(at: number, time: number): Promise<LiveBatch> {
    const answers = await this.#controller.observation.live(this.#viewer, this.#match, this.#after);
    this.#after = answers.map(({ next }, index) => nextOf(next, this.#after[index] ?? 0));
    const profiles: LiveProfile[] = answers.flatMap(({ records }) => records);
    profiles.sort((left, right) => left.time - right.time);
    return { time, profiles, sampling: this.#sampling(at, answers) };
  }

  #sampling(at: number, answers: readonly LiveAnswer[]): LiveSampling {
    const counts = answers.reduce((sum, answer) => combine(sum, answer.counts, 1), nothing);
    this.#counts.push({ at, counts });
    while ((this.#counts[1]?.at ?? at) <= at - windowMs) this.#counts.shift();
    const first = this.#counts[0] ?? { at, counts };
    const difference = combine(counts, first.counts, -1);
    return { seconds: (at - first.at) / 1000, ...difference };
  }
}

// A shard that began anew counts from the beginning.
function nextOf(next: number, before: number): number {
  return next < before ? 0 : next;
}

function combine(left: LiveCounts, right: LiveCounts, sign: 1 | -1): LiveCounts {
  return {
    passed: Math.max(0, left.passed + sign * right.passed),
    matched: Math.max(0, left.matched + sign * right.matched),
    unseen: Math.max(0, left.unseen + sign * right.unseen),
    recorded: Math.max(0, left.recorded + sign * right.recorded),
  };
}
