import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { withinMs } from "../wire/bounded.ts";

/** A way to a port on 127.0.0.1 that can go dead: connections stay open, and nothing passes any more. */
export class DeadLink implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #pairs: { isDead: boolean }[] = [];

  private constructor(targetPort: number) {
    this.#server = createServer((near) => {
      const pair = { isDead: false };
      this.#pairs.push(pair);
      const far = connect(targetPort, "127.0.0.1");
      this.#pass(near, far, pair);
      this.#pass(far, near, pair);
    });
  }

  /** Listens on a free port. */
  static async start(targetPort: number): Promise<DeadLink> {
    const link = new DeadLink(targetPort);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    link.#server.once("error", reject);
    link.#server.listen(0, "127.0.0.1", resolve);
    await promise;
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections there were. */
  get connections(): number {
    return this.#pairs.length;
  }

  /** Lets nothing pass any more on the connections that are open now. */
  cut(): void {
    for (const pair of this.#pairs) pair.isDead = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const socket of this.#sockets) socket.destroy();
    await withinMs(5_000, "closing the link", promise);
  }

  #pass(from: Socket, to: Socket, pair: { readonly isDead: boolean }): void {
    this.#sockets.add(from);
    from.on("data", (bytes) => {
      if (!pair.isDead) to.write(bytes);
    });
    from.on("error", () => undefined);
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
