import { eventually } from "../base/eventually.ts";
import type { CallOutcome } from "./push_caller.ts";

const callers = 4;
const callsToFlow = 5 * callers;

/** Several callers, each of which makes one call after another until it is stopped. */
export class Traffic implements AsyncDisposable {
  readonly #outcomes: CallOutcome[] = [];
  readonly #loops: Promise<unknown>;
  #isOver = false;

  /** @param call makes one call and waits for its end. */
  constructor(call: () => Promise<CallOutcome>) {
    this.#loops = Promise.all(Array.from({ length: callers }, () => this.#loop(call)));
  }

  /** Waits until a number of calls have ended from now on. */
  async flows(): Promise<void> {
    const before = this.#outcomes.length;
    await eventually("the end of some calls", () => this.#outcomes.length >= before + callsToFlow);
  }

  /** Resolves to what came of the calls that failed. */
  async stop(): Promise<CallOutcome[]> {
    this.#isOver = true;
    await this.#loops;
    return this.#outcomes.filter(({ code }) => code !== "ok");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #loop(call: () => Promise<CallOutcome>): Promise<void> {
    while (!this.#isOver) {
      this.#outcomes.push(await call());
      // Steady rather than as fast as can be: the other side needs the processor too.
      await Bun.sleep(5);
    }
  }
}
