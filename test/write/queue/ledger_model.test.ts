import { expect, test } from "bun:test";
import fc from "fast-check";
import type { QueueLimits } from "../../../src/write/queue/queue_store.ts";
import { TemporaryFolder } from "../../base/temporary_folder.ts";
import { bodyOf, headOf, LedgerBed, roomy, theQueue } from "./ledger_bed.ts";
import { type ModelProfile, QueueModel } from "./queue_model.ts";

/** What a step may do; numbers choose among what is there. */
type Step =
  | { readonly do: "append"; readonly wantsLease: boolean; readonly bytes: number }
  | { readonly do: "append_ended"; readonly as: "retry" | "later" | "refused"; readonly bytes: number }
  | { readonly do: "claim"; readonly max: number }
  | {
      readonly do: "settle";
      readonly which: number;
      readonly as: "delivered" | "retry" | "later" | "refused" | "dropped" | "split";
    }
  | { readonly do: "resend" | "drop_letter"; readonly which: number }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "tend" | "reopen" | "compact" };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      wantsLease: fc.boolean(),
      bytes: fc.integer({ min: 20, max: 6000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("append_ended" as const),
      as: fc.constantFrom("retry", "later", "refused"),
      bytes: fc.integer({ min: 20, max: 6000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("claim" as const), max: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      which: fc.nat(),
      as: fc.constantFrom("delivered", "retry", "later", "refused", "dropped", "split"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("resend", "drop_letter"), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 30_000 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("tend", "reopen", "compact") }) },
);

/** Runs the same steps on a ledger and on the model. */
class Pair {
  readonly bed: LedgerBed;
  readonly model: QueueModel;
  readonly #limits: QueueLimits;
  #count = 0;

  constructor(path: string, limits: QueueLimits) {
    this.#limits = limits;
    this.bed = new LedgerBed(path, limits);
    this.model = new QueueModel(limits);
  }

  perform(step: Step): void {
    switch (step.do) {
      case "append":
        this.#append(step.wantsLease, step.bytes);
        break;
      case "append_ended":
        this.#appendEnded(step.as, step.bytes);
        break;
      case "claim":
        this.#claim(step.max);
        break;
      case "settle":
        this.#settle(step.which, step.as);
        break;
      case "resend":
      case "drop_letter":
        this.#letter(step.do, step.which);
        break;
      case "wait":
        this.bed.now += step.ms;
        break;
      default:
        this.#keepHouse(step.do);
    }
  }

  #keepHouse(how: "tend" | "reopen" | "compact"): void {
    const { bed, model } = this;
    if (how === "compact") {
      bed.compact();
    } else if (how === "tend") {
      bed.tend();
      model.expire(bed.now);
    } else if (bed.path !== ":memory:") {
      // Nothing that is in memory alone would survive.
      bed.reopen(this.#limits);
      model.forgetLeases();
    }
  }

  #append(wantsLease: boolean, size: number): void {
    const name = this.#name();
    const result = this.#arrive(name, size, () => this.bed.append(name, wantsLease, size));
    const profile = this.model.find(name);
    if (profile === undefined) return;
    expect(typeof result === "number").toBe(wantsLease);
    profile.lease = typeof result === "number" ? result : undefined;
  }

  #appendEnded(as: "retry" | "later" | "refused", size: number): void {
    const { bed, model } = this;
    const name = this.#name();
    if (as === "refused") {
      // A dead letter needs no room in the queue.
      expect(bed.appendEnded(name, { type: "refused", reason: "422" }, size)).toBeNull();
      model.letters.push({ name, bytes: headOf(name).length + bodyOf(name, size).byteLength });
      return;
    }
    const delayMs = as === "later" ? 10_000 : 0;
    const ending = { type: "retry", delayMs, isAttempt: true } as const;
    this.#arrive(name, size, () => bed.appendEnded(name, ending, size));
    const profile = model.find(name);
    if (profile !== undefined) profile.notBefore = bed.now + delayMs;
  }

  #arrive(name: string, size: number, append: () => number | string | null): number | string | null {
    const { bed, model } = this;
    const bytes = headOf(name).length + bodyOf(name, size).byteLength;
    const { maxBytes, onFull } = model.limits;
    const droppable = model.profiles.filter(({ lease }) => lease === undefined);
    const needed = model.bytes + bytes - maxBytes;
    const isFull = needed > 0 && (onFull === "reject" || needed > sum(droppable) || bytes > maxBytes);
    const result = append();
    expect(result === "full").toBe(isFull);
    if (typeof result === "string") return result;
    for (const oldest of droppable) {
      if (model.bytes + bytes <= maxBytes) break;
      model.remove(oldest);
    }
    model.profiles.push({ name, acceptedAt: bed.now, bytes, lease: undefined, notBefore: 0 });
    return result;
  }

  #claim(max: number): void {
    const { bed, model } = this;
    const due = model.due(bed.now);
    const claimed = bed.claim(max);
    expect(claimed).toHaveLength(Math.min(max, due.length));
    for (const { name, lease } of claimed) {
      expect(due).toContain(name);
      const profile = model.find(name);
      if (profile !== undefined) profile.lease = lease;
    }
    // What it met and found too old is gone; the rest of that goes when the ledger is tended.
    bed.tend();
    model.expire(bed.now);
  }

  #settle(which: number, as: (Step & { do: "settle" })["as"]): void {
    const { bed, model } = this;
    const profile = pick(model.leased, which);
    const lease = profile?.lease;
    if (profile === undefined || lease === undefined) {
      // A lease that nobody has changes nothing.
      bed.settle(which, { type: "delivered" });
      return;
    }
    switch (as) {
      case "retry":
      case "later": {
        const delayMs = as === "later" ? 10_000 : 0;
        bed.settle(lease, { type: "retry", delayMs, isAttempt: true });
        profile.lease = undefined;
        profile.notBefore = bed.now + delayMs;
        return;
      }
      case "split": {
        const names = [this.#name(), this.#name()];
        const parts = names.map((name, body) => ({
          acceptedAt: profile.acceptedAt,
          head: headOf(name),
          body,
        }));
        bed.settle(
          lease,
          { type: "split", parts },
          names.map((name) => bodyOf(name)),
        );
        model.remove(profile);
        for (const name of names) model.profiles.push(this.#profile(name, profile.acceptedAt));
        return;
      }
      case "refused":
        bed.settle(lease, { type: "refused", reason: "422" });
        model.letters.push({ name: profile.name, bytes: profile.bytes });
        model.remove(profile);
        break;
      case "dropped":
        bed.settle(lease, { type: "dropped", reason: "operator" });
        model.remove(profile);
        break;
      case "delivered":
        bed.settle(lease, { type: "delivered" });
        model.remove(profile);
        break;
    }
  }

  #letter(what: "resend" | "drop_letter", which: number): void {
    const { bed, model } = this;
    const letter = pick(model.letters, which);
    const id = bed.letters().find(({ name }) => name === letter?.name)?.id;
    if (letter === undefined || id === undefined) return;
    model.letters = model.letters.filter((one) => one !== letter);
    if (what === "drop_letter") {
      bed.ask({ type: "remove_letters", queue: theQueue, id });
      return;
    }
    bed.ask({ type: "resend_letters", queue: theQueue, id, to: theQueue, now: bed.now });
    const { name, bytes } = letter;
    model.profiles.push({ name, bytes, acceptedAt: bed.now, lease: undefined, notBefore: 0 });
  }

  /** What both must agree on after each step. */
  compare(): void {
    const { bed, model } = this;
    expect(bed.stats()).toMatchObject({
      profiles: model.profiles.length,
      bytes: model.bytes,
      waiting: model.profiles.length - model.leased.length,
      deadLetters: model.letters.length,
      deadLetterBytes: model.letters.reduce((total, { bytes }) => total + bytes, 0),
    });
  }

  /** At the end everything that should be there can be claimed, once. */
  finish(): void {
    const { bed, model } = this;
    this.perform({ do: "reopen" });
    for (const { lease } of model.leased) {
      if (lease !== undefined) bed.settle(lease, { type: "retry", delayMs: 0, isAttempt: false });
    }
    model.forgetLeases();
    bed.now += 10_000;
    const expected = model.due(bed.now);
    expect(
      bed
        .claim()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(expected.toSorted());
    expect(bed.claim()).toEqual([]);
    expect(bed.letters().map(({ name }) => name)).toEqual(model.letters.map(({ name }) => name).toReversed());
  }

  #profile(name: string, acceptedAt: number): ModelProfile {
    const bytes = headOf(name).length + bodyOf(name).byteLength;
    return { name, acceptedAt, bytes, lease: undefined, notBefore: 0 };
  }

  #name(): string {
    this.#count += 1;
    return `p${this.#count}`;
  }
}

function sum(profiles: readonly ModelProfile[]): number {
  return profiles.reduce((total, { bytes }) => total + bytes, 0);
}

function pick<Item>(items: readonly Item[], which: number): Item | undefined {
  return items[which % Math.max(1, items.length)];
}

const tight = { ...roomy, maxBytes: 20_000, maxAgeMs: 60_000 };

test.each([
  ["on a disk, where a full queue rejects", true, { ...tight, onFull: "reject" }],
  ["on a disk, where the oldest make room", true, { ...tight, onFull: "drop_oldest" }],
  ["in memory, where the oldest make room", false, { ...tight, onFull: "drop_oldest" }],
] as const)("whatever is done to it, a ledger holds what it should: %s", (_, isFile, limits) => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 40 }), (chosen) => {
      using folder = new TemporaryFolder();
      const pair = new Pair(isFile ? folder.file("q.sqlite") : ":memory:", limits);
      using _bed = pair.bed;
      for (const step of chosen) {
        pair.perform(step);
        pair.compare();
      }
      pair.finish();
    }),
    { numRuns: isFile ? 20 : 150 },
  );
});
