import type { StreamedBody } from "../profile/debug_info_target.ts";

/** A request's body on its way through, counted; a chunk is only read when one is asked for. */
export class CountedBody implements StreamedBody {
  readonly chunks: AsyncGenerator<Uint8Array<ArrayBuffer>>;
  #bytes = 0;
  #isEnded = false;

  /** @param body null where the request has none. */
  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>> | null) {
    this.chunks = this.#count(body);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether all of it has been read. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  async *#count(body: ReadableStream<Uint8Array<ArrayBuffer>> | null) {
    for await (const chunk of body ?? []) {
      this.#bytes += chunk.byteLength;
      yield chunk;
      release(chunk);
    }
    this.#isEnded = true;
  }
}

// Who asks for the next chunk has copied this one. Left to the garbage collector, hundreds of them would pile up.
function release({ buffer, byteLength }: Uint8Array<ArrayBuffer>): void {
  if (buffer.byteLength === byteLength) buffer.transfer(0);
}
