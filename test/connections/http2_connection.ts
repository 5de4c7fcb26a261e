import { type ClientHttp2Session, connect } from "node:http2";
import { withinMs } from "../wire/bounded.ts";

/** An HTTP/2 connection for one profile after another. */
export class Http2Connection implements Disposable {
  readonly #session: ClientHttp2Session;
  readonly #closed = Promise.withResolvers<void>();
  #isClosed = false;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
    session.on("error", () => undefined);
    session.on("close", () => {
      this.#isClosed = true;
      this.#closed.resolve();
    });
  }

  /** Connects to a base URL; `ca` where it is https. */
  static async open(base: string, ca?: string): Promise<Http2Connection> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const session = connect(base, ca === undefined ? {} : { ca });
    session.once("connect", () => resolve());
    session.once("error", reject);
    await withinMs(10_000, `connecting to ${base}`, promise);
    return new Http2Connection(session);
  }

  /** Whether it is closed, from either side. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Sends a profile to /ingest; the status of the answer. */
  async ingest(): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const stream = this.#session.request({ ":method": "POST", ":path": "/ingest?name=app" });
    stream.on("response", (headers) => resolve(Number(headers[":status"])));
    stream.on("error", reject);
    stream.on("close", () => reject(new Error("the stream closed without an answer")));
    stream.resume();
    stream.end("profile");
    return await withinMs(10_000, "the answer", promise);
  }

  [Symbol.dispose](): void {
    this.#session.destroy();
  }
}
