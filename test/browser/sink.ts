/** A Pyroscope server that takes everything, or answers as it is told. */
export class Sink implements AsyncDisposable {
  /** What it answers from now on. */
  status = 200;
  /** How many requests came. */
  requests = 0;
  readonly #server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      await request.arrayBuffer();
      this.requests += 1;
      if (this.status !== 200)
        return new Response("the disk of this server is full\n", { status: this.status });
      return Response.json({});
    },
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}
