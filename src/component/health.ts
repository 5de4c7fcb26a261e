/** How a component does. */
export interface Health {
  readonly state: "healthy" | "unhealthy";
  /** Why, in words for the operator. */
  readonly message: string;
  /** Since when, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** How it was before and is now, the oldest first, a change of state each; undefined where that is not kept. */
  readonly history?: readonly PastHealth[] | undefined;
}

/** How a component did from a point in time on. */
export type PastHealth = Omit<Health, "history">;

/** Changes of state that are remembered. */
const longestHistory = 32;

/** Keeps a component's health, and since when it is so. */
export class HealthRecord {
  readonly #wall: () => number;
  #health: Health;

  /** @param wall the time in milliseconds since the Unix epoch. */
  constructor(wall: () => number, message: string) {
    this.#wall = wall;
    const first: PastHealth = { state: "healthy", message, sinceMs: wall() };
    this.#health = { ...first, history: [first] };
  }

  get current(): Health {
    return this.#health;
  }

  /** Sets the health; true where the state is another than before. */
  set(state: Health["state"], message: string): boolean {
    const isChange = this.#health.state !== state;
    if (!isChange && this.#health.message === message) return false;
    const now: PastHealth = { state, message, sinceMs: isChange ? this.#wall() : this.#health.sinceMs };
    const before = this.#health.history ?? [];
    const history = [...(isChange ? before : before.slice(0, -1)), now].slice(-longestHistory);
    this.#health = { ...now, history };
    return isChange;
  }
}
