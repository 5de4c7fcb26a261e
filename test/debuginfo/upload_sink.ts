import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { eventually } from "../base/eventually.ts";
import { withinMs } from "../wire/bounded.ts";

/** One connection on which an upload comes in; answered by hand. */
export class IncomingUpload {
  readonly #socket: Socket;
  readonly #closed = Promise.withResolvers<void>();
  #head = "";
  #bytes = 0;
  #ending = "";

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
    // An error is followed by "close", which is where it counts.
    socket.on("error", () => undefined);
    socket.on("close", () => this.#closed.resolve());
  }

  /** The request line and the headers as they came; empty until all of them are here. */
  get head(): string {
    return this.#head.includes("\r\n\r\n") ? this.#head.slice(0, this.#head.indexOf("\r\n\r\n")) : "";
  }

  /** How much has come after the headers, framing included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a chunked body has come to its proper end. */
  get isChunkedEnd(): boolean {
    return this.#ending === "0\r\n\r\n";
  }

  /** Waits until so many bytes have come after the headers. */
  async arrived(bytes: number): Promise<void> {
    await eventually(`${bytes} bytes at the sink`, () => this.head !== "" && this.#bytes >= bytes);
  }

  /** Waits until the other side has closed the connection. */
  async closed(): Promise<void> {
    await withinMs(4500, "the end of the upload's connection", this.#closed.promise);
  }

  /** Answers and leaves the connection open, whatever is still to come. */
  answer(status: number, body = ""): void {
    this.#socket.write(`HTTP/1.1 ${status} Status\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  }

  /** Takes nothing more. */
  pause(): void {
    this.#socket.pause();
  }

  /** Takes more again. */
  resume(): void {
    this.#socket.resume();
  }

  /** Breaks the connection. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #take(bytes: Buffer): void {
    if (this.head === "") {
      this.#head += bytes.toString("latin1");
      const end = this.#head.indexOf("\r\n\r\n");
      if (end >= 0) this.#takeBody(Buffer.from(this.#head.slice(end + 4), "latin1"));
    } else {
      this.#takeBody(bytes);
    }
  }

  #takeBody(bytes: Buffer): void {
    this.#bytes += bytes.length;
    this.#ending = (this.#ending + bytes.subarray(-5).toString("latin1")).slice(-5);
  }
}

/** A destination on 127.0.0.1 that leaves it to the test what becomes of each upload. */
export class UploadSink implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** One for each connection, in order of arrival. */
  readonly uploads: IncomingUpload[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      this.uploads.push(new IncomingUpload(socket));
    });
  }

  static async start(): Promise<UploadSink> {
    const server = createServer();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
    await promise;
    return new UploadSink(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The first upload, once its headers are here. */
  async upload(): Promise<IncomingUpload> {
    await eventually("an upload at the sink", () => (this.uploads[0]?.head ?? "") !== "");
    const [first] = this.uploads;
    if (first === undefined) throw new Error("there is no upload");
    return first;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const socket of this.#sockets) socket.destroy();
    await withinMs(5000, "closing the sink", promise);
  }
}
