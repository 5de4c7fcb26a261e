import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { ownPort } from "./own_port.ts";

/**
 * How a link is: `whole`, `gone` (connections are refused), `cut` (each connection is reset after some bytes, of the
 * request or before the answer's end), or `silent` (connections are taken and nothing passes).
 */
export type LinkState = "whole" | "gone" | "cut" | "silent";

/** Bytes of requests after which a connection is reset at the latest. */
const cutAfterBytes = 40_000;

/** A TCP link to a destination that can break in the ways that links do. */
export class Link implements AsyncDisposable {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #state: LinkState = "gone";

  private constructor(target: number) {
    this.#target = target;
  }

  /** Opens a link to a port of this machine. */
  static async open(target: number): Promise<Link> {
    const link = new Link(target);
    await link.become("whole");
    return link;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Changes the state; connections that are open end. */
  async become(state: LinkState): Promise<void> {
    this.#state = state;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    if (state === "gone") await this.#close();
    else if (this.#server === undefined) await this.#listen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.become("gone");
  }

  async #listen(): Promise<void> {
    if (this.#port === 0) this.#port = await ownPort();
    const server = createServer((socket) => this.#accept(socket));
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    this.#server = server;
  }

  async #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.close();
    await once(server, "close");
  }

  #accept(socket: Socket): void {
    this.#keep(socket);
    if (this.#state === "silent") {
      socket.resume();
      return;
    }
    const upstream = connect(this.#target, "127.0.0.1");
    this.#keep(upstream);
    socket.on("close", () => upstream.destroy());
    upstream.on("close", () => socket.destroy());
    if (this.#state === "cut") this.#cut(socket, upstream);
    socket.pipe(upstream);
    upstream.pipe(socket);
  }

  #cut(socket: Socket, upstream: Socket): void {
    // Half of them after the destination has taken the profile and before that is known.
    if (Math.random() < 0.5) {
      upstream.once("data", () => socket.resetAndDestroy());
      return;
    }
    let left = Math.floor(Math.random() * cutAfterBytes);
    socket.on("data", (chunk: Buffer) => {
      left -= chunk.byteLength;
      if (left < 0) socket.resetAndDestroy();
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // A link that breaks is what is wanted here.
    socket.on("error", () => socket.destroy());
  }
}
