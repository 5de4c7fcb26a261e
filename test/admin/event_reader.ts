/** One server-sent event. */
export interface ReadEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Reads server-sent events one after the other. */
export class EventReader implements AsyncDisposable {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(response: Response) {
    this.response = response;
    if (response.body === null) throw new Error("the answer has no body");
    this.#reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  }

  /** The next event of this name; those of other names are passed over. Undefined where the stream ends. */
  async next<Data>(name: string, isWanted: (data: Data) => boolean = () => true): Promise<Data | undefined> {
    for (;;) {
      const event = await this.#next();
      if (event === undefined) return undefined;
      if (event.event === name && isWanted(event.data as Data)) return event.data as Data;
    }
  }

  async #next(): Promise<ReadEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        const match = /^event: (\w+)\ndata: (.*)$/.exec(block);
        if (match !== null) return { event: match[1] ?? "", data: JSON.parse(match[2] ?? "") };
        continue;
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel();
  }
}
