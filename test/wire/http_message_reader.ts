/** A header as it stood on the wire. */
export type HeaderPair = readonly [name: string, value: string];

/** One HTTP/1.1 message, its body without the chunked framing. */
export interface HttpMessage {
  /** The request line or status line. */
  readonly startLine: string;
  /** In the wire's order, duplicates kept. */
  readonly headers: readonly HeaderPair[];
  readonly body: Uint8Array;
}

/** The first header of that name, in any case. */
export function findHeader(headers: readonly HeaderPair[], name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

type State =
  | { readonly in: "head" }
  | { readonly in: "length"; readonly bytes: number }
  | { readonly in: "chunk size" }
  | { readonly in: "chunk"; readonly bytes: number }
  | { readonly in: "trailers" }
  | { readonly in: "until close" };

const lineEnd = Buffer.from("\r\n");

/**
 * Reads the HTTP/1.1 messages of one direction of a connection. Written out here because servers and clients that
 * come ready made normalise targets and headers, and these tests are about what is on the wire.
 */
export class HttpMessageReader {
  readonly #kind: "request" | "response";
  readonly #onMessage: (message: HttpMessage) => void;
  #state: State = { in: "head" };
  #pending: Buffer = Buffer.alloc(0);
  #startLine = "";
  #headers: HeaderPair[] = [];
  #body: Uint8Array[] = [];

  constructor(kind: "request" | "response", onMessage: (message: HttpMessage) => void) {
    this.#kind = kind;
    this.#onMessage = onMessage;
  }

  /** Takes the next bytes of the connection. */
  push(data: Uint8Array | string): void {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    this.#pending = Buffer.concat([this.#pending, bytes]);
    while (this.#step());
  }

  /** The connection has ended, which may be what ends a body. */
  end(): void {
    if (this.#state.in === "until close") this.#finish();
  }

  /** Whether it got any further. */
  #step(): boolean {
    switch (this.#state.in) {
      case "head":
        return this.#readHead();
      case "length":
        return this.#readBytes(this.#state.bytes, () => this.#finish());
      case "chunk size":
        return this.#readChunkSize();
      case "chunk":
        return this.#readBytes(this.#state.bytes, () => this.#enter({ in: "chunk size" }));
      case "trailers":
        return this.#readTrailer();
      case "until close":
        this.#body.push(this.#pending);
        this.#pending = Buffer.alloc(0);
        return false;
    }
  }

  #enter(state: State): void {
    this.#state = state;
  }

  #readHead(): boolean {
    const end = this.#pending.indexOf("\r\n\r\n");
    if (end < 0) return false;
    const [startLine = "", ...lines] = this.#pending.toString("latin1", 0, end).split("\r\n");
    this.#pending = this.#pending.subarray(end + 4);
    this.#startLine = startLine;
    this.#headers = lines.map(readHeader);
    this.#body = [];
    this.#enterBody();
    return true;
  }

  #enterBody(): void {
    const length = findHeader(this.#headers, "content-length");
    const status = Number(this.#startLine.split(" ")[1]);
    if (findHeader(this.#headers, "transfer-encoding")?.toLowerCase() === "chunked") {
      this.#enter({ in: "chunk size" });
    } else if (length !== undefined) {
      this.#enter({ in: "length", bytes: Number(length) });
    } else if (this.#kind === "request" || status === 204 || status === 304 || status < 200) {
      this.#enter({ in: "length", bytes: 0 });
    } else {
      this.#enter({ in: "until close" });
    }
  }

  #readBytes(count: number, done: () => void): boolean {
    const taken = this.#pending.subarray(0, count);
    this.#pending = this.#pending.subarray(taken.length);
    this.#body.push(taken);
    if (taken.length === count) {
      done();
      return true;
    }
    const bytes = count - taken.length;
    this.#enter(this.#state.in === "chunk" ? { in: "chunk", bytes } : { in: "length", bytes });
    return false;
  }

  #readChunkSize(): boolean {
    const line = this.#readLine();
    if (line === undefined) return false;
    // The empty line is the one that ends the chunk before.
    if (line === "") return true;
    const bytes = Number.parseInt(line, 16);
    this.#enter(bytes === 0 ? { in: "trailers" } : { in: "chunk", bytes });
    return true;
  }

  #readTrailer(): boolean {
    const line = this.#readLine();
    if (line === undefined) return false;
    if (line === "") this.#finish();
    return true;
  }

  #readLine(): string | undefined {
    const end = this.#pending.indexOf(lineEnd);
    if (end < 0) return undefined;
    const line = this.#pending.toString("latin1", 0, end);
    this.#pending = this.#pending.subarray(end + 2);
    return line;
  }

  #finish(): void {
    const message = { startLine: this.#startLine, headers: this.#headers, body: Buffer.concat(this.#body) };
    this.#body = [];
    this.#enter({ in: "head" });
    this.#onMessage(message);
  }
}

function readHeader(line: string): HeaderPair {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}
