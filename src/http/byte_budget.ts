/** Bytes of bodies that may be held at once, shared by all requests of a listener. */
export class ByteBudget {
  #max: number;
  #free: number;

  constructor(maxBytes: number) {
    this.#max = maxBytes;
    this.#free = maxBytes;
  }

  /** Bytes that could still be taken. */
  get free(): number {
    return this.#free;
  }

  /** Takes some bytes; false, and nothing taken, where there are too few. */
  tryTake(bytes: number): boolean {
    if (bytes > this.#free) return false;
    this.#free -= bytes;
    return true;
  }

  /** As `tryTake`, for bytes that are yet to come: half of the budget stays for those that are there. */
  tryPromise(bytes: number): boolean {
    return bytes <= this.#free - this.#max / 2 && this.tryTake(bytes);
  }

  giveBack(bytes: number): void {
    this.#free += bytes;
  }

  /** Changes the limit while bytes are out; `delta` is the new limit less the old. */
  resize(delta: number): void {
    this.#max += delta;
    this.#free += delta;
  }
}

/** What one request holds of a budget. */
export class HeldBytes {
  readonly #budget: ByteBudget;
  #held = 0;
  #isReleased = false;

  constructor(budget: ByteBudget) {
    this.#budget = budget;
  }

  /** Holds more; false where the budget has no room, or where the request is over already. */
  tryHold(bytes: number): boolean {
    if (this.#isReleased || !this.#budget.tryTake(bytes)) return false;
    this.#held += bytes;
    return true;
  }

  /** As `tryHold`, for bytes that are yet to come and may take half of the budget at most. */
  tryPromise(bytes: number): boolean {
    if (this.#isReleased || !this.#budget.tryPromise(bytes)) return false;
    this.#held += bytes;
    return true;
  }

  /** Gives everything back, for good: what arrives later is not held. */
  release(): void {
    this.#isReleased = true;
    this.#budget.giveBack(this.#held);
    this.#held = 0;
  }
}
