import type { Clock } from "../../../base/clock.ts";
import { CodedError } from "../../../base/failure.ts";
import { workerModule } from "../../../base/worker_module.ts";
import type { LedgerAnswer, LedgerRequest } from "./ledger_calls.ts";
import { failedAnswer, type LedgerChannel } from "./ledger_channel.ts";
import { type FromWorker, packRequest, type ToWorker, unpackAnswer } from "./ledger_messages.ts";

/** Bytes of bodies that lie in memory which both threads see: 1 MiB, more than most writes have. */
const sharedBytes = 2 ** 20;

/** A ledger in a file, which a thread of its own works on: a commit waits for the disk, and nobody else does. */
export class DiskChannel implements LedgerChannel {
  readonly #path: string;
  readonly #clock: Clock;
  /** Who waits for an answer, the first question's asker first. */
  readonly #waiting: ((message: FromWorker) => void)[] = [];
  /** Where a call puts its bodies; only what was used of it takes up memory. */
  readonly #shared = new SharedArrayBuffer(sharedBytes);
  #isSharedInUse = false;
  #worker: Worker | undefined;
  /** Why the thread is gone, where it is and should not be. */
  #defect: string | undefined;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  async open(): Promise<void> {
    const source = new URL("./ledger_worker.ts", import.meta.url).href;
    const worker = new Worker(workerModule("write/queue/ledger/ledger_worker", source));
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#waiting.shift()?.(data);
    worker.onerror = ({ message }) => this.#fail(message);
    const opened = await this.#ask({
      type: "open",
      path: this.#path,
      nowMs: this.#clock.wall(),
      shared: this.#shared,
    });
    if (opened.type === "opened") return;
    this.#end();
    if (opened.type !== "refused") throw new Error(`the storage thread said ${opened.type}`);
    throw new CodedError(opened.code, opened.message);
  }

  async call(request: LedgerRequest, bodies: readonly Uint8Array[]): Promise<LedgerAnswer> {
    const packed = packRequest(request, bodies, this.#isSharedInUse ? undefined : this.#shared);
    const isShared = packed.bodies === "shared";
    this.#isSharedInUse ||= isShared;
    const answer = await this.#ask(
      { type: "call", ...packed },
      packed.bodies === "shared" ? undefined : packed.bodies,
    );
    if (isShared) this.#isSharedInUse = false;
    if (answer.type === "answer") return unpackAnswer(answer.text, answer.bodies);
    return failedAnswer(answer.type === "refused" ? answer.message : "the queue is closed");
  }

  async close(): Promise<void> {
    await this.#ask({ type: "close" });
    this.#end();
  }

  #ask(message: ToWorker, transferred?: ArrayBuffer): Promise<FromWorker> {
    const worker = this.#worker;
    if (worker === undefined) {
      const text = this.#defect ?? "the queue is closed";
      return Promise.resolve({ type: "refused", code: "unavailable", message: text });
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      worker.postMessage(message, transferred === undefined ? [] : [transferred]);
    });
  }

  #fail(reason: string): void {
    this.#defect = `the storage thread has ended: ${reason}`;
    const message = this.#defect;
    this.#end();
    for (const answer of this.#waiting.splice(0)) answer({ type: "refused", code: "unavailable", message });
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
