import type { NatsConnection } from "@nats-io/transport-node";
import { nanos } from "@nats-io/transport-node";
import { Lru } from "../../../base/lru.ts";
import type { QueuedProfile } from "../queue_store.ts";

/** So many profiles that were dealt with are remembered, in case that the server hands them out once more. */
const maxDone = 20_000;

/** A profile that this instance holds. */
export interface HeldProfile {
  /** The message's ID. */
  readonly id: string;
  /** Its number in the stream. */
  readonly seq: number;
  readonly profile: QueuedProfile;
  /** Bytes of the message, or of the body where that lies in the object store. */
  readonly bytes: number;
  /** The body's name in the object store; undefined where the message holds it. */
  readonly object: string | undefined;
  /** Where acknowledgements go; undefined where it was stored just now and never handed out. */
  reply: string | undefined;
}

/**
 * What this instance holds of one queue. Messages are known by their IDs, since the numbers in a stream begin anew
 * where it is made again.
 */
export class SharedLeases {
  readonly #held = new Map<string, HeldProfile>();
  readonly #done = new Lru<string, true>(maxDone);

  get size(): number {
    return this.#held.size;
  }

  hold(held: HeldProfile): void {
    this.#held.set(held.id, held);
  }

  /** Looks at one. */
  get(id: string): HeldProfile | undefined {
    return this.#held.get(id);
  }

  /** Lets go of one that will be handed out again. */
  release(id: string): HeldProfile | undefined {
    const held = this.#held.get(id);
    this.#held.delete(id);
    return held;
  }

  /** Lets go of one that is dealt with; it is not handed out any more. */
  finish(id: string): void {
    this.#held.delete(id);
    this.#done.set(id, true);
  }

  isDone(id: string): boolean {
    return this.#done.get(id) === true;
  }

  ids(): string[] {
    return [...this.#held.keys()];
  }

  /** Tells the server that work on all of them goes on. */
  extend(connection: NatsConnection): void {
    for (const { reply } of this.#held.values()) if (reply !== undefined) connection.publish(reply, "+WPI");
  }
}

/** Acknowledges a message. */
export function acknowledge(connection: NatsConnection, reply: string): void {
  connection.publish(reply, "+ACK");
}

/** Gives a message back, to be handed out again after so many milliseconds. */
export function giveBack(connection: NatsConnection, reply: string, delayMs: number): void {
  connection.publish(reply, delayMs > 0 ? `-NAK ${JSON.stringify({ delay: nanos(delayMs) })}` : "-NAK");
}
