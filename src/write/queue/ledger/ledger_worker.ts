/** The storage thread: a ledger that answers messages one after the other. */
import { CodedError, messageOf } from "../../../base/failure.ts";
import { Ledger } from "./ledger.ts";
import { type FromWorker, packAnswer, type ToWorker, unpackRequest } from "./ledger_messages.ts";

declare const self: Worker;

let ledger: Ledger | undefined;
let shared: SharedArrayBuffer | undefined;

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case "open":
      shared = data.shared;
      reply(open(data.path, data.nowMs));
      break;
    case "call": {
      const { content, bodies } = unpackRequest(data.text, data.bodies === "shared" ? shared : data.bodies);
      if (ledger === undefined) throw new Error("the ledger is not open");
      const packed = packAnswer(ledger.handle(content, bodies));
      reply({ type: "answer", ...packed }, packed.bodies);
      ledger.relax();
      break;
    }
    case "close":
      ledger?.close();
      reply({ type: "closed" });
      break;
  }
};

function open(path: string, nowMs: number): FromWorker {
  try {
    ledger = new Ledger(path, nowMs);
    return { type: "opened" };
  } catch (thrown) {
    const code = thrown instanceof CodedError ? thrown.code : "unavailable";
    return { type: "refused", code, message: messageOf(thrown) };
  }
}

function reply(message: FromWorker, transferred?: ArrayBuffer): void {
  self.postMessage(message, transferred === undefined ? [] : [transferred]);
}
