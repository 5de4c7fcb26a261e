import { eventually } from "../base/eventually.ts";

/** A destination on 127.0.0.1 that keeps every request waiting until the test lets it answer. */
export class GatedSink implements AsyncDisposable {
  /** How many requests have come. */
  received = 0;
  readonly #gate = Promise.withResolvers<void>();
  readonly #server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async () => {
      this.received += 1;
      await this.#gate.promise;
      return new Response(null);
    },
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  /** Waits until that many requests have come. */
  async hasReceived(count: number): Promise<void> {
    await eventually(`${count} requests at the sink`, () => this.received >= count);
  }

  /** Answers everything, from now on at once. */
  open(): void {
    this.#gate.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}
