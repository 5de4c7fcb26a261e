import type { Payload } from "./payload.ts";
import { Sender } from "./sender.ts";

/** How many connections are opened at once: listeners queue some hundreds. */
const openAtOnce = 100;

const lastAnswersMs = 10_000;

/** Many kept-alive connections to one receiver, all from this process. */
export class ManySenders implements Disposable {
  readonly #address: URL;
  readonly #request: Uint8Array;
  readonly #senders: Sender[] = [];
  /** Answers with status 200. */
  answered = 0;
  /** Other answers, none at all, and requests whose turn came while their connection still waited for an answer. */
  failed = 0;

  /** @param url such as `http://127.0.0.1:4040`. */
  constructor(url: string, payload: Payload) {
    this.#address = new URL(url);
    this.#request = requestBytes(this.#address.host, payload);
  }

  /** Opens connections; each has had one request answered when this resolves. */
  async open(count: number): Promise<void> {
    const { hostname, port } = this.#address;
    let left = count;
    const openSome = async () => {
      while (left > 0) {
        left -= 1;
        const sender = await Sender.open(hostname, Number(port), this.#request);
        this.#senders.push(sender);
        this.#count(await sender.ask());
      }
    };
    await Promise.all(Array.from({ length: Math.min(count, openAtOnce) }, openSome));
  }

  /**
   * Sends requests on all connections by turns at a steady rate, whether or not others have been answered.
   *
   * @returns how long the answers took, in milliseconds.
   */
  async sendSteadily(perSecond: number, seconds: number): Promise<number[]> {
    const timesMs: number[] = [];
    const startedAt = performance.now();
    const all = Math.round(perSecond * seconds);
    for (let sent = 0; sent < all; sent += 1) {
      const waitMs = startedAt + (1000 * sent) / perSecond - performance.now();
      if (waitMs > 0) await Bun.sleep(waitMs);
      const sender = this.#senders[sent % this.#senders.length];
      if (sender === undefined || sender.isBusy) {
        this.failed += 1;
        continue;
      }
      const sentAtMs = performance.now();
      sender.send((status) => {
        timesMs.push(performance.now() - sentAtMs);
        this.#count(status);
      });
    }
    await this.#lastAnswers();
    return timesMs;
  }

  [Symbol.dispose](): void {
    for (const sender of this.#senders) sender[Symbol.dispose]();
  }

  async #lastAnswers(): Promise<void> {
    const giveUpAt = performance.now() + lastAnswersMs;
    while (this.#senders.some(({ isBusy }) => isBusy)) {
      if (performance.now() > giveUpAt) throw new Error("some requests were not answered");
      await Bun.sleep(5);
    }
  }

  #count(status: number | undefined): void {
    if (status === 200) this.answered += 1;
    else this.failed += 1;
  }
}

function requestBytes(host: string, { target, headers, body }: Payload): Uint8Array {
  const lines = [
    `POST ${target} HTTP/1.1`,
    `Host: ${host}`,
    ...Object.entries(headers).map((header) => header.join(": ")),
    `Content-Length: ${body.length}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
}
