import type { QueueStats } from "../queue_store.ts";
import type { LargeBodies } from "./large_bodies.ts";
import type { NatsUp } from "./nats_link.ts";
import type { SharedLeases } from "./shared_leases.ts";
import type { SharedNames } from "./shared_names.ts";
import { consumerName, orMissing } from "./shared_streams.ts";

/** Dead letters and large bodies are counted at every so many looks. */
const slowEvery = 5;

/** What is behind the consumer for so many looks will not be handed out any more. */
const strandedLooks = 3;

/** Numbers of messages in a stream, both included. */
export interface SeqRange {
  readonly first: number;
  readonly last: number;
}

/** How a shared queue stands: as the server said a moment ago, with what this instance has done since. */
export class SharedStats {
  #profiles = 0;
  #bytes = 0;
  #objectBytes = 0;
  #waiting = 0;
  #oldestAt: number | undefined;
  #deadLetters = 0;
  #deadLetterBytes = 0;
  #looks = 0;
  #stranded: SeqRange | undefined;
  #strandedFor = 0;

  get current(): QueueStats {
    return {
      profiles: this.#profiles,
      bytes: this.#bytes + this.#objectBytes,
      oldestAt: this.#profiles > 0 ? this.#oldestAt : undefined,
      waiting: this.#waiting,
      deadLetters: this.#deadLetters,
      deadLetterBytes: this.#deadLetterBytes,
    };
  }

  /**
   * Messages that lie in the stream though the consumer has them behind it: a server that was killed may have forgotten
   * what was removed, or that it was not delivered. Undefined where there are none.
   */
  get stranded(): SeqRange | undefined {
    return this.#strandedFor >= strandedLooks ? this.#stranded : undefined;
  }

  stored(bytes: number, at: number, isLeased: boolean): void {
    this.#oldestAt = this.#profiles > 0 ? (this.#oldestAt ?? at) : at;
    this.#profiles += 1;
    this.#bytes += bytes;
    if (!isLeased) this.#waiting += 1;
  }

  /** So many were taken that had waited. */
  taken(profiles: number): void {
    this.#waiting = Math.max(0, this.#waiting - profiles);
  }

  givenBack(): void {
    this.#waiting += 1;
  }

  removed(bytes: number): void {
    this.#profiles = Math.max(0, this.#profiles - 1);
    this.#bytes = Math.max(0, this.#bytes - bytes);
  }

  /** A dead letter more, or fewer. */
  letter(count: 1 | -1, bytes: number): void {
    this.#deadLetters = Math.max(0, this.#deadLetters + count);
    this.#deadLetterBytes = Math.max(0, this.#deadLetterBytes + count * bytes);
  }

  /** Asks the server; returns false where the queue's stream or consumer is not there. */
  async look(up: NatsUp, names: SharedNames, bodies: LargeBodies, leases: SharedLeases): Promise<boolean> {
    const [stream, consumer] = await Promise.all([
      orMissing(up.manager.streams.info(names.stream)),
      orMissing(up.manager.consumers.info(names.stream, consumerName)),
    ]);
    if (this.#looks % slowEvery === 0) await this.#lookSlowly(up, names, bodies);
    this.#looks += 1;
    if (stream === undefined || consumer === undefined) return false;
    const { messages, bytes, first_ts, first_seq } = stream.state;
    this.#profiles = messages;
    this.#bytes = bytes;
    this.#oldestAt = messages > 0 ? Date.parse(String(first_ts)) : undefined;
    // What others hold can't be told from what was given back: asking for too much costs an empty answer.
    this.#waiting = Math.max(0, consumer.num_pending + consumer.num_ack_pending - leases.size);
    this.#noteStranded(messages > 0 ? first_seq : Number.POSITIVE_INFINITY, consumer.ack_floor.stream_seq);
    return true;
  }

  #noteStranded(first: number, last: number): void {
    this.#strandedFor = first > last ? 0 : this.#stranded?.first === first ? this.#strandedFor + 1 : 1;
    this.#stranded = first > last ? undefined : { first, last };
  }

  async #lookSlowly(up: NatsUp, { dead }: SharedNames, bodies: LargeBodies): Promise<void> {
    const letters = await orMissing(up.manager.streams.info(dead));
    this.#deadLetters = letters?.state.messages ?? 0;
    this.#deadLetterBytes = letters?.state.bytes ?? 0;
    this.#objectBytes = await bodies.bytes(up);
  }
}
