import { bytesOf, takeBatch } from "./push_batch.ts";
import type { Leased } from "./queue_store.ts";

/** Bytes that may wait here at once, 4 MiB; one profile may always. */
const maxBytes = 4 * 2 ** 20;

/** Profiles that were stored just now and wait for their turn in memory, so that they need not be read back. */
export class LiveProfiles {
  readonly #waiting: Leased[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  hasRoom(bytes: number): boolean {
    return this.isEmpty || this.#bytes + bytes <= maxBytes;
  }

  add(leased: Leased): void {
    this.#waiting.push(leased);
    this.#bytes += bytesOf([leased]);
  }

  /** The next ones that may share a request. */
  take(maxProfiles: number): Leased[] {
    const batch = takeBatch(this.#waiting, maxProfiles);
    this.#bytes -= bytesOf(batch);
    return batch;
  }

  takeAll(): Leased[] {
    this.#bytes = 0;
    return this.#waiting.splice(0);
  }
}
