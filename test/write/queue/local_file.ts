import { Ledger } from "../../../src/write/queue/ledger/ledger.ts";
import type { LedgerAnswer, LedgerRequest } from "../../../src/write/queue/ledger/ledger_calls.ts";
import { failedAnswer, type LedgerChannel } from "../../../src/write/queue/ledger/ledger_channel.ts";
import { fakeEpochMs } from "../../base/fake_clock.ts";

/** A ledger in a file that this thread works on, so that a test sees every step. */
export class LocalFile implements LedgerChannel {
  readonly #path: string;
  #ledger: Ledger | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async open(): Promise<void> {
    this.#ledger = new Ledger(this.#path, fakeEpochMs);
  }

  async call(request: LedgerRequest, bodies: readonly Uint8Array[]): Promise<LedgerAnswer> {
    return this.#ledger?.handle(request, bodies) ?? failedAnswer("the queue is closed");
  }

  /** As a killed process would leave it: what is not written yet is never written. */
  kill(): void {
    this.#ledger?.close();
    this.#ledger = undefined;
  }

  async close(): Promise<void> {
    this.kill();
  }
}
