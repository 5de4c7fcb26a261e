import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, TLSSocket } from "node:tls";
import { withinMs } from "../wire/bounded.ts";
import { findHeader, type HttpMessage, HttpMessageReader } from "../wire/http_message_reader.ts";
import { encodeRequest, type RawRequest } from "../wire/raw_request.ts";

/** What a test looks at of an answer. */
export interface SenderAnswer {
  readonly status: number;
  /** The value of the header Connection, where there is one. */
  readonly connection: string | undefined;
}

/** How a client presents itself: what node:tls takes, besides where to connect. */
export type ClientOptions = Pick<ConnectionOptions, "ca" | "cert" | "key">;

/** An HTTP/1.1 connection, over TLS or in clear text, to `host:port` for one request after another. */
export class SenderConnection implements Disposable {
  readonly #socket: Socket;
  readonly #address: string;
  readonly #answers: SenderAnswer[] = [];
  readonly #closed = Promise.withResolvers<void>();
  #isClosed = false;
  #wake = Promise.withResolvers<void>();

  private constructor(socket: Socket, address: string) {
    this.#socket = socket;
    this.#address = address;
    const reader = new HttpMessageReader("response", (message) => this.#take(message));
    socket.on("data", (bytes) => reader.push(bytes));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#isClosed = true;
      this.#closed.resolve();
      this.#wake.resolve();
    });
  }

  /**
   * Connects, over TLS where there are options for it.
   *
   * @throws where the server's certificate is not the authority's, or the server refuses at once.
   */
  static async open(address: string, options?: ClientOptions): Promise<SenderConnection> {
    const [, host = "", digits = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
    const port = Number(digits);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket =
      options === undefined
        ? connect({ host, port }, resolve)
        : connectTls({ host, port, ...options }, resolve);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error(`${address} closed the connection`)));
    await withinMs(10_000, `connecting to ${address}`, promise);
    return new SenderConnection(socket, address);
  }

  /** The SHA-256 fingerprint of the server's certificate; empty in clear text. */
  get fingerprint(): string {
    return this.#socket instanceof TLSSocket ? this.#socket.getPeerCertificate().fingerprint256 : "";
  }

  /** Whether the connection is gone, from either side. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Resolves when it is. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Sends a request; undefined where the connection closes without an answer. */
  async request(request: RawRequest): Promise<SenderAnswer | undefined> {
    this.#socket.write(encodeRequest(request, this.#address));
    return await withinMs(10_000, `the answer from ${this.#address}`, this.#next());
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #take({ startLine, headers }: HttpMessage): void {
    const status = Number(startLine.split(" ")[1]);
    this.#answers.push({ status, connection: findHeader(headers, "connection") });
    this.#wake.resolve();
  }

  async #next(): Promise<SenderAnswer | undefined> {
    while (this.#answers.length === 0 && !this.#isClosed) {
      this.#wake = Promise.withResolvers<void>();
      await this.#wake.promise;
    }
    return this.#answers.shift();
  }
}

/**
 * The status of one request on a connection of its own; `refused` where there is no answer. With TLS 1.3 a client
 * learns only after its side of the handshake that its certificate will not do.
 */
export async function answerOver(
  address: string,
  options: ClientOptions,
  request: RawRequest,
): Promise<number | "refused"> {
  try {
    using connection = await SenderConnection.open(address, options);
    return (await connection.request(request))?.status ?? "refused";
  } catch {
    return "refused";
  }
}
