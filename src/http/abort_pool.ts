/** How many are kept for later: about as many as one endpoint has requests under way. */
const maxKept = 256;

/**
 * Abort controllers that are used again and again. Every attempt needs one and nearly none is ever aborted; a new
 * one each time, with its signal, cost 2 µs of CPU, most of it in the garbage collector.
 */
export class AbortPool {
  readonly #kept: AbortController[] = [];

  /** One that nobody has aborted and nobody listens to. */
  take(): AbortController {
    return this.#kept.pop() ?? new AbortController();
  }

  /** Takes one back that nobody will abort or listen to any more. */
  giveBack(abort: AbortController): void {
    if (!abort.signal.aborted && this.#kept.length < maxKept) this.#kept.push(abort);
  }
}
