import type { Socket } from "bun";
import { numberedBody } from "../faults/numbered.ts";
import type { Tally } from "../faults/tally.ts";

/** What all senders of a simulation share. */
export interface SenderPlan {
  readonly tally: Tally;
  /** Milliseconds between two profiles of one sender, give or take a tenth. */
  readonly periodMs: number;
  /** Sizes of bodies, each as likely as any other. */
  readonly bodyBytes: readonly number[];
  /** Told of each answer, its time in milliseconds, and `failed` where there was none. */
  readonly onAnswer: (answer: string, ms: number) => void;
}

/** The share of a period by which a sender is early or late. */
const jitter = 0.1;

interface UnderWay {
  readonly number: number;
  readonly begunAt: number;
}

/** A program with an SDK: one kept-alive connection, one profile in each period, and no second try. */
export class SimulatedSender {
  readonly #plan: SenderPlan;
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | undefined;
  #received = "";
  #underWay: UnderWay | undefined;
  #timer: Timer | undefined;

  /** @param address `host:port` of the receiver. */
  constructor(address: string, plan: SenderPlan) {
    const { hostname, port } = new URL(`http://${address}`);
    this.#host = hostname;
    this.#port = Number(port);
    this.#plan = plan;
  }

  /** Begins at some moment of the first period. */
  start(): void {
    this.#sendIn(Math.random() * this.#plan.periodMs);
  }

  /** Sends no more; what is under way may get its answer. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  get isUnderWay(): boolean {
    return this.#underWay !== undefined;
  }

  close(): void {
    this.pause();
    this.#socket?.terminate();
  }

  #sendIn(ms: number): void {
    this.#timer = setTimeout(() => void this.#send(), ms);
  }

  async #send(): Promise<void> {
    const { tally, periodMs, bodyBytes } = this.#plan;
    this.#sendIn(periodMs * (1 + (Math.random() * 2 - 1) * jitter));
    // As SDKs do: while one upload hangs, the next profile is thrown away, and never was sent.
    if (this.#underWay !== undefined) return;
    const [number = 0] = tally.numbers(1);
    const bytes = bodyBytes[Math.floor(Math.random() * bodyBytes.length)] ?? 0;
    const body = numberedBody({ number, madeAt: Date.now() }, bytes);
    this.#underWay = { number, begunAt: performance.now() };
    try {
      this.#socket ??= await this.#connect();
      this.#write(request(this.#host, number, body));
    } catch {
      this.#end("failed");
    }
  }

  #connect(): Promise<Socket> {
    return Bun.connect({
      hostname: this.#host,
      port: this.#port,
      socket: {
        data: (_, chunk) => this.#receive(chunk),
        drain: () => this.#flush(),
        close: () => this.#lose(),
        error: () => this.#lose(),
      },
    });
  }

  #pending: Uint8Array = new Uint8Array();

  #write(bytes: Uint8Array): void {
    this.#pending = bytes;
    this.#flush();
  }

  #flush(): void {
    if (this.#pending.byteLength === 0) return;
    const written = this.#socket?.write(this.#pending) ?? 0;
    this.#pending = this.#pending.subarray(Math.max(0, written));
  }

  #receive(chunk: Uint8Array): void {
    this.#received += Buffer.from(chunk).toString("latin1");
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = this.#received.slice(0, headEnd);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (this.#received.length < headEnd + 4 + length) return;
    this.#received = "";
    if (/^connection: *close/im.test(head)) this.#drop();
    this.#end(head.slice(9, 12));
  }

  #lose(): void {
    this.#socket = undefined;
    this.#received = "";
    this.#end("failed");
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.end();
  }

  #end(answer: string): void {
    const ended = this.#underWay;
    if (ended === undefined) return;
    this.#underWay = undefined;
    if (answer === "200") this.#plan.tally.acknowledge([ended.number], ["destination"]);
    this.#plan.onAnswer(answer, performance.now() - ended.begunAt);
  }
}

function request(host: string, number: number, body: Uint8Array): Uint8Array {
  const until = Math.floor(Date.now() / 1000);
  const name = encodeURIComponent(`simulated{pod=pod-${number % 1000},region=eu-west 1}`);
  const head = [
    `POST /ingest?from=${until - 15}&name=${name}&spyName=gospy&until=${until} HTTP/1.1`,
    `Host: ${host}`,
    "User-Agent: Go-http-client/1.1",
    "Content-Type: application/octet-stream",
    `Content-Length: ${body.byteLength}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
}
