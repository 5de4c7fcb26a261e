/** A profile that was given back, or was tried already. */
interface Returned {
  /** Not to be handed out before, in milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly attempts: number;
}

/**
 * Which profiles of a queue are leased, and in what order the others come. It lives in memory alone: leases end with
 * the process. Identifiers rise in the order of arrival.
 */
export class LeaseBook {
  /** All leased profiles with how often each was tried. */
  readonly #leased = new Map<number, number>();
  readonly #returned = new Map<number, Returned>();
  /** Everything from here on was never handed out, but for what was leased at its arrival. */
  #cursor = 0;
  #isTurnOfReturned = false;

  get cursor(): number {
    return this.#cursor;
  }

  get leased(): number {
    return this.#leased.size;
  }

  isLeased(id: number): boolean {
    return this.#leased.has(id);
  }

  /** How often a leased profile was tried; undefined where it is not leased. */
  attempts(id: number): number | undefined {
    return this.#leased.get(id);
  }

  /** Leases a profile. */
  lease(id: number): void {
    this.#leased.set(id, this.#returned.get(id)?.attempts ?? 0);
    this.#returned.delete(id);
  }

  /** Moves on: everything before `id` was handed out. */
  passTo(id: number): void {
    this.#cursor = Math.max(this.#cursor, id);
  }

  /** Takes a leased profile back, to be handed out again from `notBefore` on. */
  giveBack(id: number, notBefore: number, isAttempt: boolean): void {
    const attempts = this.#leased.get(id);
    if (attempts === undefined) return;
    this.#leased.delete(id);
    this.#returned.set(id, { notBefore, attempts: attempts + (isAttempt ? 1 : 0) });
  }

  /** Ends all waits: whatever was given back may be handed out now. */
  endWaits(): void {
    for (const [id, { attempts }] of this.#returned) this.#returned.set(id, { notBefore: 0, attempts });
  }

  /** Forgets a profile that is gone. */
  forget(id: number): void {
    this.#leased.delete(id);
    this.#returned.delete(id);
  }

  /** Forgets everything, and goes on from `id`. */
  clear(id: number): void {
    this.#leased.clear();
    this.#returned.clear();
    this.passTo(id);
  }

  /** Whether the walk along the queue passes over a profile. */
  isKnown(id: number): boolean {
    return this.#leased.has(id) || this.#returned.has(id);
  }

  /** Says in turn whether what was given back comes first, so that neither it nor the rest of the queue waits for ever. */
  takeTurn(): boolean {
    this.#isTurnOfReturned = !this.#isTurnOfReturned;
    return this.#isTurnOfReturned;
  }

  /** Profiles that were given back and may be handed out again, those that were given back first at the front. */
  due(now: number, limit: number): number[] {
    const ids: number[] = [];
    for (const [id, { notBefore }] of this.#returned) {
      if (notBefore > now) continue;
      ids.push(id);
      if (ids.length >= limit) break;
    }
    return ids;
  }
}
