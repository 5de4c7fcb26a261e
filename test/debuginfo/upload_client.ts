import type { HeaderPair } from "../wire/http_message_reader.ts";
import { RawConnection } from "../wire/raw_request.ts";

/** What the paths of uploads begin with. */
export const uploadPath = "/debuginfo.v1alpha1.DebuginfoService/Upload/";

/** How a body says where it ends. */
export const framings = ["a stated length", "chunks"] as const;

/** One of the framings. */
export type Framing = (typeof framings)[number];

/** An upload that is sent piece by piece. */
export class OutgoingUpload implements Disposable {
  readonly connection: RawConnection;
  readonly #isChunked: boolean;

  private constructor(connection: RawConnection, isChunked: boolean) {
    this.connection = connection;
    this.#isChunked = isChunked;
  }

  /** Sends the headers of an upload of `length` bytes. */
  static async begin(
    address: string,
    length: number,
    framing: Framing = "a stated length",
    headers: readonly HeaderPair[] = [],
    id = "abc123",
  ): Promise<OutgoingUpload> {
    const connection = await RawConnection.open(address);
    const isChunked = framing === "chunks";
    const body = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`;
    const more = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await connection.send(`POST ${uploadPath}${id} HTTP/1.1\r\nHost: ${address}\r\n${more}${body}\r\n\r\n`);
    return new OutgoingUpload(connection, isChunked);
  }

  /** Sends the next piece; resolves when it has left. */
  async send(piece: Uint8Array): Promise<void> {
    const framed = this.#isChunked
      ? Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")])
      : piece;
    await this.connection.send(framed);
  }

  /** Says that this was all. */
  async end(): Promise<void> {
    if (this.#isChunked) await this.connection.send("0\r\n\r\n");
  }

  /** Goes away without a word. */
  [Symbol.dispose](): void {
    this.connection[Symbol.dispose]();
  }
}
