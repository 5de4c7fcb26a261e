import type { Clock } from "../../../base/clock.ts";
import { Ledger } from "./ledger.ts";
import type { LedgerAnswer, LedgerRequest } from "./ledger_calls.ts";

/** The way to a ledger: it answers requests in their order. */
export interface LedgerChannel {
  /** Opens the ledger; throws a CodedError where that can't be done. */
  open(): Promise<void>;
  /** Never throws; what fails is part of the answer. */
  call(request: LedgerRequest, bodies: readonly Uint8Array[]): Promise<LedgerAnswer>;
  close(): Promise<void>;
}

/** A ledger in this process, in memory. */
export class MemoryChannel implements LedgerChannel {
  readonly #clock: Clock;
  #ledger: Ledger | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async open(): Promise<void> {
    this.#ledger = new Ledger(":memory:", this.#clock.wall());
  }

  async call(request: LedgerRequest, bodies: readonly Uint8Array[]): Promise<LedgerAnswer> {
    return this.#ledger?.handle(request, bodies) ?? failedAnswer("the queue is closed");
  }

  async close(): Promise<void> {
    this.#ledger?.close();
    this.#ledger = undefined;
  }
}

/** The answer of a ledger that can't be reached. */
export function failedAnswer(reason: string): LedgerAnswer {
  return { reply: { result: { type: "failed", reason }, stats: {}, drops: [] }, bodies: [] };
}
