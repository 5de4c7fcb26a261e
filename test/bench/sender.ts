import type { Socket } from "bun";

/** How one request of a {@link Sender} ended: with the status of its answer, or undefined where there was none. */
export type Ended = (status: number | undefined) => void;

/** One kept-alive connection that sends a request at a time, always the same bytes. */
export class Sender implements Disposable {
  readonly #request: Uint8Array;
  #socket: Socket | undefined;
  #unwritten: Uint8Array = new Uint8Array();
  #answer = "";
  #ended: Ended | undefined;

  private constructor(request: Uint8Array) {
    this.#request = request;
  }

  /** Connects. Fails where nobody listens. */
  static async open(hostname: string, port: number, request: Uint8Array): Promise<Sender> {
    const sender = new Sender(request);
    sender.#socket = await Bun.connect({
      hostname,
      port,
      socket: {
        data: (_, data) => sender.#read(data),
        drain: () => sender.#write(),
        close: () => sender.#end(undefined),
        error: () => sender.#end(undefined),
      },
    });
    return sender;
  }

  /** Whether a request is under way. */
  get isBusy(): boolean {
    return this.#ended !== undefined;
  }

  /** Sends the request; `ended` is called once. */
  send(ended: Ended): void {
    if (this.isBusy) throw new Error("a request is under way");
    this.#ended = ended;
    this.#unwritten = this.#request;
    this.#write();
  }

  /** Sends the request and waits for the status of its answer. */
  ask(): Promise<number | undefined> {
    return new Promise((resolve) => this.send(resolve));
  }

  [Symbol.dispose](): void {
    this.#socket?.terminate();
  }

  #write(): void {
    if (this.#unwritten.length === 0) return;
    const written = this.#socket?.write(this.#unwritten) ?? -1;
    if (written < 0) this.#end(undefined);
    else this.#unwritten = this.#unwritten.subarray(written);
  }

  #read(data: Uint8Array): void {
    this.#answer += Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("latin1");
    const status = wholeAnswer(this.#answer);
    if (status === undefined) return;
    this.#answer = "";
    this.#end(status);
  }

  #end(status: number | undefined): void {
    const ended = this.#ended;
    this.#ended = undefined;
    ended?.(status);
  }
}

/** The status of an HTTP/1.1 answer that has a length, or undefined while some of it is missing. */
export function wholeAnswer(text: string): number | undefined {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  if (text.length < headEnd + 4 + length) return undefined;
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
}
