import type { LedgerAnswer, LedgerRequest } from "../../../src/write/queue/ledger/ledger_calls.ts";
import { failedAnswer, type LedgerChannel } from "../../../src/write/queue/ledger/ledger_channel.ts";

/** A channel that lets the test hold up its answers, or fail them. */
export class GatedChannel implements LedgerChannel {
  readonly requests: LedgerRequest[] = [];
  failure: string | undefined;
  gate: Promise<unknown> | undefined;
  readonly #inner: LedgerChannel;

  constructor(inner: LedgerChannel) {
    this.#inner = inner;
  }

  open(): Promise<void> {
    return this.#inner.open();
  }

  async call(request: LedgerRequest, bodies: readonly Uint8Array[]): Promise<LedgerAnswer> {
    this.requests.push(request);
    await this.gate;
    return this.failure === undefined ? this.#inner.call(request, bodies) : failedAnswer(this.failure);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  /** Writes that were asked for. */
  get writes() {
    return this.requests.filter((request) => request.type === "write");
  }
}
