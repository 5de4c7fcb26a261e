import { create, toBinary } from "@bufbuild/protobuf";
import { PushRequestSchema } from "../../src/gen/push/v1/push_pb.ts";
import { numberedBody } from "./numbered.ts";
import type { Tally } from "./tally.ts";

/** Requests that wait for an answer at most; a sender that finds no place sends nothing this time. */
const maxUnderWay = 128;

/** How often requests go out, in milliseconds. */
const tickMs = 10;

/** How long a sender waits for its answer, in milliseconds. */
const timeoutMs = 30_000;

/** Every so many requests are a Push. */
const pushEvery = 4;

/** How profiles are sent. */
export interface SendersOptions {
  readonly tally: Tally;
  /** Where the receiver is at present: `http://host:port`. */
  readonly url: () => string;
  /** The destinations that a profile which comes now goes to. */
  readonly destinations: () => readonly string[];
  readonly perSecond: number;
  /** The least and the most bytes of a body. */
  readonly bytes: readonly [number, number];
  /** Series in each Push, each a profile of its own; 2 unless given. */
  readonly seriesPerPush?: number;
}

/** Senders that number every profile, by /ingest and by Push, and do not send again, as most SDKs do not. */
export class Senders {
  readonly #options: SendersOptions;
  readonly #underWay = new Set<Promise<void>>();
  /** Requests by how they ended: a status, or `failed` where there was no answer. */
  readonly answers = new Map<string, number>();
  #timer: Timer | undefined;
  #requests = 0;

  constructor(options: SendersOptions) {
    this.#options = options;
  }

  start(): void {
    const startedAt = performance.now();
    let issued = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startedAt) / 1000) * this.#options.perSecond);
      for (; issued < due; issued += 1) this.#begin();
    }, tickMs);
  }

  /** Sends no more, and waits for what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
  }

  /** Sends for so long. */
  async sendFor(ms: number): Promise<void> {
    this.start();
    await Bun.sleep(ms);
    await this.stop();
  }

  /** Requests that ended so. */
  answered(status: string): number {
    return this.answers.get(status) ?? 0;
  }

  #begin(): void {
    if (this.#underWay.size >= maxUnderWay) return;
    this.#requests += 1;
    const sending = this.#send(this.#requests % pushEvery === 0).finally(() =>
      this.#underWay.delete(sending),
    );
    this.#underWay.add(sending);
  }

  async #send(isPush: boolean): Promise<void> {
    const { tally, url, destinations, seriesPerPush = 2 } = this.#options;
    const numbers = tally.numbers(isPush ? seriesPerPush : 1);
    const before = destinations();
    const request = isPush ? this.#push(numbers) : this.#ingest(numbers[0] ?? 0);
    try {
      const response = await fetch(url() + request.path, {
        method: "POST",
        body: request.body,
        headers: { "content-type": request.contentType },
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.arrayBuffer();
      this.#count(String(response.status));
      // Around a reload, a profile is owed to those that were there all along.
      const after = destinations();
      if (response.status === 200)
        tally.acknowledge(
          numbers,
          before.filter((name) => after.includes(name)),
        );
    } catch {
      this.#count("failed");
    }
  }

  #ingest(number: number) {
    const seconds = Math.floor(Date.now() / 1000);
    const query = new URLSearchParams({
      name: `faults{n=${number}}`,
      from: String(seconds - 10),
      until: String(seconds),
      format: "folded",
    });
    return { path: `/ingest?${query}`, body: this.#body(number), contentType: "text/plain" };
  }

  #push(numbers: readonly number[]) {
    const series = numbers.map((number) => ({
      labels: [
        { name: "__name__", value: "process_cpu" },
        { name: "service_name", value: "faults" },
        { name: "n", value: String(number) },
      ],
      samples: [{ ID: "", rawProfile: this.#body(number) }],
    }));
    const body = toBinary(PushRequestSchema, create(PushRequestSchema, { series }));
    return { path: "/push.v1.PusherService/Push", body, contentType: "application/proto" };
  }

  #body(number: number): Uint8Array {
    const [least, most] = this.#options.bytes;
    const bytes = Math.round(least + Math.random() * (most - least));
    return numberedBody({ number, madeAt: Date.now() }, bytes);
  }

  #count(answer: string): void {
    this.answers.set(answer, this.answered(answer) + 1);
  }
}
