import { type ClientHttp2Session, connect } from "node:http2";
import { withinMs } from "../wire/bounded.ts";
import { pushPath } from "../wire/push_message.ts";

const endTimeoutMs = 5_000;

/** The end of a call, as it stands in the trailers. */
export interface RawEnd {
  readonly status: number;
  readonly message: string;
}

/** An HTTP/2 connection for what no gRPC client sends. */
export class RawSession implements AsyncDisposable {
  readonly #session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
  }

  /** @param address `host:port`. */
  static async open(address: string): Promise<RawSession> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const session = connect(`http://${address}`, () => resolve());
    session.on("error", reject);
    await withinMs(endTimeoutMs, "opening a connection", promise);
    return new RawSession(session);
  }

  /** Sends the beginning of a Push and no more, and waits until it is answered. */
  async beginPush(bytes: Uint8Array): Promise<RawEnd> {
    const { promise, resolve, reject } = Promise.withResolvers<RawEnd>();
    const call = this.#session.request({
      ":method": "POST",
      ":path": pushPath,
      "content-type": "application/grpc",
      te: "trailers",
    });
    // Without a message the status stands in the head.
    for (const event of ["response", "trailers"]) {
      call.on(event, (headers: Readonly<Record<string, unknown>>) => {
        if (headers["grpc-status"] === undefined) return;
        const message = decodeURIComponent(String(headers["grpc-message"] ?? ""));
        resolve({ status: Number(headers["grpc-status"]), message });
      });
    }
    call.on("error", reject);
    call.resume();
    call.write(bytes);
    return await withinMs(endTimeoutMs, "the end of the call", promise);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session.destroy();
  }
}
