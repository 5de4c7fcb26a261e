/** How a component does. */
export interface Health {
  readonly state: "healthy" | "unhealthy";
  /** Why, in words for the operator. */
  readonly message: string;
  /** Since when, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
}

/** Keeps a component's health, and since when it is so. */
export class HealthRecord {
  readonly #wall: () => number;
  #health: Health;

  /** @param wall the time in milliseconds since the Unix epoch. */
  constructor(wall: () => number, message: string) {
    this.#wall = wall;
    this.#health = { state: "healthy", message, sinceMs: wall() };
  }

  get current(): Health {
    return this.#health;
  }

  /** Sets the health; true where the state is another than before. */
  set(state: Health["state"], message: string): boolean {
    const isChange = this.#health.state !== state;
    if (!isChange && this.#health.message === message) return false;
    this.#health = { state, message, sinceMs: isChange ? this.#wall() : this.#health.sinceMs };
    return isChange;
  }
}
