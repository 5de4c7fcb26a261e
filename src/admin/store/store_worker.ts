import { systemClock } from "../../base/clock.ts";
import { CodedError, messageOf } from "../../base/failure.ts";
import { storeCalls } from "./store_calls.ts";
import type { WorkerAnswer, WorkerQuestion } from "./store_worker_client.ts";

/** The thread that questions about stores are answered in, one after the other. */
declare const self: Worker;

const calls = storeCalls(systemClock.now);
let last: Promise<unknown> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<WorkerQuestion>) => {
  last = last.then(() => answer(data)).then((answered) => self.postMessage(answered));
};

async function answer({ number, call, parameters }: WorkerQuestion): Promise<WorkerAnswer> {
  try {
    const method = calls[call] as (...all: readonly unknown[]) => Promise<unknown>;
    return { number, ok: true, value: await method(...parameters) };
  } catch (thrown) {
    const code = thrown instanceof CodedError ? thrown.code : undefined;
    return { number, ok: false, code, message: messageOf(thrown) };
  }
}
