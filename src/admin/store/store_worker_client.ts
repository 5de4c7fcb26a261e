import type { Clock, Timer } from "../../base/clock.ts";
import { CodedError, type FailureCode } from "../../base/failure.ts";
import { workerModule } from "../../base/worker_module.ts";
import type { StoreCalls } from "./store_calls.ts";

/** A question to the thread. */
export interface WorkerQuestion {
  readonly number: number;
  readonly call: keyof StoreCalls;
  readonly parameters: readonly unknown[];
}

/** What comes back. */
export type WorkerAnswer =
  | { readonly number: number; readonly ok: true; readonly value: unknown }
  | {
      readonly number: number;
      readonly ok: false;
      readonly code: FailureCode | undefined;
      readonly message: string;
    };

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (thrown: unknown) => void;
}

/** Questions that may wait; each takes ten seconds at the most. */
const mostWaiting = 16;

/** How long the thread is kept when nothing is asked, in milliseconds; it takes some 20 MB. */
const keptMs = 10 * 60_000;

/** Asks a thread of its own, which begins with the first question and ends when there are none for a while. */
export class StoreWorker {
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #ending: Timer | undefined;
  #questions = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Asks one thing.
   *
   * @throws CodedError where the question is wrong, or too many wait already.
   */
  ask<Call extends keyof StoreCalls>(
    call: Call,
    ...parameters: Parameters<StoreCalls[Call]>
  ): ReturnType<StoreCalls[Call]> {
    const answer = new Promise((resolve, reject) => {
      if (this.#waiting.size >= mostWaiting)
        throw new CodedError("unavailable", `${mostWaiting} questions about profiles wait already`);
      this.#ending?.cancel();
      this.#questions += 1;
      this.#waiting.set(this.#questions, { resolve, reject });
      const question: WorkerQuestion = { number: this.#questions, call, parameters };
      this.#running().postMessage(question);
    });
    return answer as ReturnType<StoreCalls[Call]>;
  }

  /** Ends the thread; what still waits fails. */
  stop(): void {
    this.#ending?.cancel();
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#failAll(new CodedError("unavailable", "the thread that reads profiles has ended"));
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(
      workerModule("admin/store/store_worker", new URL("./store_worker.ts", import.meta.url).href),
      {
        smol: true,
      },
    );
    worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => this.#settle(data);
    worker.onerror = ({ message }) => {
      this.#worker = undefined;
      worker.terminate();
      this.#failAll(new Error(`the thread that reads profiles failed: ${message}`));
    };
    // It must not keep the process from ending.
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #settle(answer: WorkerAnswer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if (answer.ok) waiting?.resolve(answer.value);
    else if (answer.code === undefined) waiting?.reject(new Error(answer.message));
    else waiting?.reject(new CodedError(answer.code, answer.message));
    if (this.#waiting.size > 0) return;
    this.#ending = this.#clock.schedule(keptMs, () => this.stop());
  }

  #failAll(reason: Error): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(reason);
  }
}
