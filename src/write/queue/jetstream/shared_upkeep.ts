import type { Clock, Timer } from "../../../base/clock.ts";
import type { NatsLink, NatsUp } from "./nats_link.ts";
import { queueOfStream } from "./shared_names.ts";
import type { SharedQueue } from "./shared_queue.ts";
import { ackWaitMs } from "./shared_streams.ts";

/** How often the server is asked how queues stand, in milliseconds. */
const lookEveryMs = 1000;

/** How often the server is told that work on profiles goes on, in milliseconds. */
const extendEveryMs = ackWaitMs / 3;

/** What is looked after. */
export interface SharedUpkeepParts {
  readonly clock: Clock;
  readonly link: NatsLink;
  /** The name that all streams of the store begin with, as `stream` has it. */
  readonly stream: () => string;
  readonly queues: () => Iterable<SharedQueue>;
  /** Told of each queue that lies on the server, whether or not it is known. */
  readonly onFound: (queue: string) => void;
}

/** Sees from time to time how shared queues stand, and keeps the leases on what is in them. */
export class SharedUpkeep {
  readonly #parts: SharedUpkeepParts;
  #looking: Timer | undefined;
  #extending: Timer | undefined;
  #isLooking = false;
  /** Whether the connection was made anew since the last look. */
  #isNew = false;
  #isStopped = false;

  constructor(parts: SharedUpkeepParts) {
    this.#parts = parts;
  }

  /** Begins. */
  start(): void {
    this.#lookLater();
    this.#extendLater();
  }

  /** Ends: leases run out from now on. */
  stop(): void {
    this.#isStopped = true;
    this.#looking?.cancel();
    this.#extending?.cancel();
  }

  /** The connection was made anew: what was known of the server may hold no more. */
  renew(): void {
    this.#isNew = true;
    void this.#look();
  }

  #lookLater(): void {
    this.#looking = this.#parts.clock.schedule(lookEveryMs, () => {
      if (this.#isStopped) return;
      this.#lookLater();
      void this.#look();
    });
  }

  #extendLater(): void {
    this.#extending = this.#parts.clock.schedule(extendEveryMs, () => {
      const { link, queues } = this.#parts;
      if (link.up !== undefined) for (const { leases } of queues()) leases.extend(link.up.connection);
      this.#extendLater();
    });
  }

  async #look(): Promise<void> {
    const { link, queues } = this.#parts;
    const { up } = link;
    if (up === undefined || this.#isLooking || this.#isStopped) return;
    this.#isLooking = true;
    try {
      if (this.#isNew) {
        for (const shared of queues()) shared.forget();
        await this.#find(up);
        this.#isNew = false;
      }
      await Promise.all([...queues()].map((shared) => shared.tend(up)));
    } catch {
      // Without an answer it is asked again in a second; a connection that broke tells of itself.
    } finally {
      this.#isLooking = false;
    }
  }

  // Queues whose endpoints are gone keep what is in them.
  async #find({ manager }: NatsUp): Promise<void> {
    const { stream, onFound } = this.#parts;
    for await (const { config } of manager.streams.list()) {
      const queue = queueOfStream(stream(), config.name, config.description ?? "");
      if (queue !== undefined) onFound(queue);
    }
  }
}
