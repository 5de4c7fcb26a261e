/** What became of the profiles of a scenario. A profile that goes to two destinations is owed twice. */
export interface Figures {
  /** Profiles sent. */
  readonly sent: number;
  /** Profiles whose senders heard success. */
  readonly acknowledged: number;
  /** Copies of acknowledged profiles that destinations were to get. */
  readonly owed: number;
  /** Copies among these that came, each counted once. */
  readonly delivered: number;
  /** Copies that came more than once. */
  readonly duplicated: number;
  /** Copies that came although nobody was told so, because the answer was lost. */
  readonly unacknowledged: number;
  /** Owed copies that were dropped by a rule, as pyroduct counts them. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Owed copies that neither came nor were counted as dropped. */
  readonly lost: number;
}

/** Keeps the books on numbered profiles: what was sent, what was acknowledged, and what came where. */
export class Tally {
  #sent = 0;
  /** Acknowledged profiles, and the destinations that each is owed to. */
  readonly #owed = new Map<number, readonly string[]>();
  /** How often each profile came, by destination. */
  readonly #came = new Map<string, Map<number, number>>();

  /** Numbers for so many new profiles. */
  numbers(count: number): number[] {
    return Array.from({ length: count }, () => {
      this.#sent += 1;
      return this.#sent;
    });
  }

  /** A sender was told that these are safe. */
  acknowledge(numbers: readonly number[], destinations: readonly string[]): void {
    for (const number of numbers) this.#owed.set(number, destinations);
  }

  /** A destination took a profile. */
  deliver(destination: string, number: number): void {
    const came = this.#came.get(destination) ?? new Map<number, number>();
    this.#came.set(destination, came);
    came.set(number, (came.get(number) ?? 0) + 1);
  }

  get acknowledged(): number {
    return this.#owed.size;
  }

  /** The profiles whose senders heard success. */
  acknowledgedNumbers(): number[] {
    return [...this.#owed.keys()];
  }

  /** Owed copies that have not come yet: `destination:number`. */
  missing(): string[] {
    return [...this.#owed].flatMap(([number, destinations]) =>
      destinations.filter((name) => !this.#came.get(name)?.has(number)).map((name) => `${name}:${number}`),
    );
  }

  /** @param dropped copies that pyroduct counts as dropped, by reason. */
  figures(dropped: Readonly<Record<string, number>> = {}): Figures {
    const owed = [...this.#owed.values()].reduce((sum, destinations) => sum + destinations.length, 0);
    const missing = this.missing().length;
    const came = [...this.#came].flatMap(([name, numbers]) =>
      [...numbers].map(([number, times]) => ({
        times,
        isOwed: this.#owed.get(number)?.includes(name) ?? false,
      })),
    );
    const droppedInAll = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    return {
      sent: this.#sent,
      acknowledged: this.#owed.size,
      owed,
      delivered: owed - missing,
      duplicated: came.reduce((sum, { times }) => sum + times - 1, 0),
      unacknowledged: came.filter(({ isOwed }) => !isOwed).length,
      dropped,
      lost: Math.max(0, missing - droppedInAll),
    };
  }
}
