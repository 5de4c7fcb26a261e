/** Hedges that may come in a row before the share counts. */
const burst = 10;

/** Share of an endpoint's requests that may be hedged in the long run. */
const share = 0.1;

/** Keeps hedges rare, so that a slow backend does not get twice the load. */
export class HedgeBudget {
  #tokens = burst;

  /** Counts a request of the endpoint. */
  count(): void {
    this.#tokens = Math.min(burst, this.#tokens + share);
  }

  /** Takes the right to one hedge; false where there were too many. */
  tryTake(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
