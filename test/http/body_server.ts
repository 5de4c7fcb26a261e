import { ByteBudget, HeldBytes } from "../../src/http/byte_budget.ts";
import { type BodyRead, readBody } from "../../src/http/read_body.ts";
import { FakeClock } from "../base/fake_clock.ts";

/** The bounds that a body server reads within. */
export interface BodyServerLimits {
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
  readonly budgetBytes?: number;
}

/** A server that reads each request's body within limits and answers with what came of it. */
export class BodyServer implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly budget: ByteBudget;
  /** What came of each body, in the order that they were done. */
  readonly reads: BodyRead[] = [];
  /** Bytes that could still be held while the latest body was answered. */
  freeWhileHeld = Number.NaN;
  readonly #budgetBytes: number;
  readonly #server: Bun.Server<undefined>;

  constructor(limits: BodyServerLimits = {}) {
    const { maxBytes = 1_000_000, timeoutMs = 30_000, budgetBytes = 10_000_000 } = limits;
    this.#budgetBytes = budgetBytes;
    this.budget = new ByteBudget(budgetBytes);
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        const held = new HeldBytes(this.budget);
        const read = await readBody(request, { maxBytes, timeoutMs, held, clock: this.clock });
        this.freeWhileHeld = this.budget.free;
        held.release();
        this.reads.push(read);
        return new Response(read.type === "body" ? `body ${read.bytes.byteLength}` : read.type);
      },
    });
  }

  /** `127.0.0.1:port`. */
  get address(): string {
    return `127.0.0.1:${this.#server.port}`;
  }

  /** Bytes that are held right now. */
  get heldBytes(): number {
    return this.#budgetBytes - this.budget.free;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}
