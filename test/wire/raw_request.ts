import { connect, type Socket } from "node:net";
import { withinMs } from "./bounded.ts";
import { findHeader, type HeaderPair, type HttpMessage, HttpMessageReader } from "./http_message_reader.ts";

/** A request that goes onto the wire as it is written here: nothing is normalised, added twice or put in order. */
export interface RawRequest {
  readonly method: string;
  /** As it shall stand in the request line. */
  readonly target: string;
  /** Duplicates are kept. Host is added where it is missing. */
  readonly headers?: readonly HeaderPair[];
  readonly body?: Uint8Array;
  /** Content-Length (the default), or chunks of these sizes, the last one taking the rest. */
  readonly chunkSizes?: readonly number[];
}

/** The whole answer. */
export interface RawResponse {
  readonly status: number;
  readonly headers: readonly HeaderPair[];
  readonly body: Uint8Array;
  readonly text: string;
  /** The first header of that name in lower case, or undefined. */
  header(name: string): string | undefined;
}

/** A connection to `host:port` for one request after another. */
export class RawConnection implements Disposable {
  readonly #socket: Socket;
  readonly #address: string;
  readonly #responses: RawResponse[] = [];
  readonly #closed = Promise.withResolvers<void>();
  #isClosed = false;
  #wake = Promise.withResolvers<void>();

  private constructor(socket: Socket, address: string) {
    this.#socket = socket;
    this.#address = address;
    const reader = new HttpMessageReader("response", (message) => this.#take(message));
    socket.setNoDelay(true);
    socket.on("data", (bytes) => reader.push(bytes));
    socket.on("end", () => reader.end());
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#isClosed = true;
      this.#closed.resolve();
      this.#wake.resolve();
    });
  }

  /** Connects. */
  static async open(address: string): Promise<RawConnection> {
    const [host = "", port] = address.split(":");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = connect(Number(port), host);
    socket.once("error", reject);
    socket.once("connect", resolve);
    await withinMs(10_000, `connecting to ${address}`, promise);
    return new RawConnection(socket, address);
  }

  /** Resolves when the connection is gone, from either side. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Writes these bytes; resolves when they have left, or can't any more. */
  async send(bytes: Uint8Array | string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.write(bytes, () => resolve());
    await Promise.race([promise, this.closed]);
  }

  /** The next answer; an error when the connection closes first or `timeoutMs` milliseconds have gone. */
  async response(timeoutMs = 10_000): Promise<RawResponse> {
    const response = await withinMs(timeoutMs, `the answer from ${this.#address}`, this.#next());
    if (response === undefined) throw new Error(`${this.#address} closed the connection without an answer`);
    return response;
  }

  /** The next answer, or undefined when the connection was closed without one. */
  async responseOrClose(timeoutMs = 10_000): Promise<RawResponse | undefined> {
    return await withinMs(timeoutMs, `an answer or a close from ${this.#address}`, this.#next());
  }

  /** Sends a request and reads its answer. */
  async request(request: RawRequest, timeoutMs?: number): Promise<RawResponse> {
    await this.send(encodeRequest(request, this.#address));
    return await this.response(timeoutMs);
  }

  /** Goes away without a word. */
  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #take(message: HttpMessage): void {
    const status = Number(message.startLine.split(" ")[1]);
    if (status < 200) return;
    const { headers, body } = message;
    const text = new TextDecoder().decode(body);
    this.#responses.push({ status, headers, body, text, header: (name) => findHeader(headers, name) });
    this.#wake.resolve();
  }

  async #next(): Promise<RawResponse | undefined> {
    while (this.#responses.length === 0 && !this.#isClosed) {
      this.#wake = Promise.withResolvers<void>();
      await this.#wake.promise;
    }
    return this.#responses.shift();
  }
}

/** Sends one request on a connection of its own and reads the answer, within `timeoutMs` milliseconds. */
export async function sendRaw(
  address: string,
  request: RawRequest,
  timeoutMs?: number,
): Promise<RawResponse> {
  using connection = await RawConnection.open(address);
  return await connection.request(request, timeoutMs);
}

/** The bytes of a request, for tests that send them in parts. */
export function encodeRequest(request: RawRequest, address: string): Uint8Array {
  const { method, target, headers = [], body = new Uint8Array(), chunkSizes } = request;
  const host: HeaderPair[] = findHeader(headers, "host") === undefined ? [["Host", address]] : [];
  const framing: HeaderPair =
    chunkSizes === undefined ? ["Content-Length", String(body.length)] : ["Transfer-Encoding", "chunked"];
  const lines = [...host, ...headers, framing].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n`);
  return Buffer.concat([head, chunkSizes === undefined ? body : encodeChunks(body, chunkSizes)]);
}

function encodeChunks(body: Uint8Array, sizes: readonly number[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const size of [...sizes, body.length]) {
    const chunk = body.subarray(offset, offset + size);
    offset += chunk.length;
    if (chunk.length > 0)
      parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n"));
  }
  parts.push(Buffer.from("0\r\n\r\n"));
  return Buffer.concat(parts);
}
