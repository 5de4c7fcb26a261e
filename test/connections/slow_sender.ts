import { connect, type Socket } from "node:net";

/** Pieces are this far apart, in milliseconds: far less than any timeout. */
const pieceEveryMs = 100;

/** A sender whose next bytes are always just coming, over a connection of its own or one that it is given. */
export class SlowSender implements Disposable {
  readonly #socket: Socket;
  readonly #closed = Promise.withResolvers<number>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #startedAtMs = 0;
  #received = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (bytes) => {
      this.#received += bytes.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearInterval(this.#timer);
      this.#closed.resolve(performance.now() - this.#startedAtMs);
    });
  }

  /** Connects to `host:port`. */
  static async open(address: string): Promise<SlowSender> {
    const [, host = "", port] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = connect(Number(port), host);
    socket.once("error", reject);
    socket.once("connect", resolve);
    await promise;
    return new SlowSender(socket);
  }

  /** All that the server has said. */
  get received(): string {
    return this.#received;
  }

  /** Sends this at once. */
  send(text: string): void {
    this.#socket.write(text);
  }

  /** Sends the beginning at once, and then a piece again and again without an end. */
  trickle(beginning: string, piece: string): void {
    this.#startedAtMs = performance.now();
    if (beginning !== "") this.#socket.write(beginning);
    if (piece !== "") this.#timer = setInterval(() => this.#socket.write(piece), pieceEveryMs);
  }

  /** How many milliseconds after the beginning the server closed the connection. */
  get cutAfterMs(): Promise<number> {
    return this.#closed.promise;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#socket.destroy();
  }
}
