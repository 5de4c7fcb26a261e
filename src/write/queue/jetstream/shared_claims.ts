import type { Msg } from "@nats-io/transport-node";
import type { ClaimSize, Leased } from "../queue_store.ts";
import { deliveryOf } from "./delivery.ts";
import type { NatsUp } from "./nats_link.ts";
import { decodeMessage, type ProfileMessage } from "./profile_message.ts";
import { pullMessages } from "./pull_messages.ts";
import { acknowledge, giveBack, type HeldProfile } from "./shared_leases.ts";
import type { SharedQueue } from "./shared_queue.ts";
import { ackWaitMs } from "./shared_streams.ts";

/** A body that could not be read is tried again after so long, in milliseconds. */
const readAgainMs = 3000;

/** A message on its way to be leased. */
interface Taken extends Omit<HeldProfile, "profile" | "reply"> {
  readonly reply: string;
  readonly read: ProfileMessage;
  readonly attempts: number;
}

/** Takes profiles out of a shared queue. */
export class SharedClaims {
  readonly #queue: SharedQueue;

  constructor(queue: SharedQueue) {
    this.#queue = queue;
  }

  /** Leases profiles that wait; see QueueStore. @throws where the server can't be asked. */
  async claim(want: ClaimSize): Promise<Leased[]> {
    const { parts, stats } = this.#queue;
    const { up } = parts.link;
    if (up === undefined) return [];
    const messages = await pullMessages(up.connection, parts.names.stream, want, parts.clock);
    stats.taken(messages.length);
    const claimed = await Promise.all(messages.map((message) => this.#take(up, message)));
    return claimed.filter((leased) => leased !== undefined);
  }

  async #take(up: NatsUp, message: Msg): Promise<Leased | undefined> {
    const { leases, parts } = this.#queue;
    const { reply, data } = message;
    const delivery = deliveryOf(reply ?? "");
    if (reply === undefined || delivery === undefined) return undefined;
    const { seq, count, storedAt } = delivery;
    const id = message.headers?.get("Nats-Msg-Id") || `${seq}-${storedAt}`;
    if (leases.isDone(id)) {
      acknowledge(up.connection, reply);
      return undefined;
    }
    const mine = leases.get(id);
    if (mine !== undefined) {
      mine.reply = reply;
      return undefined;
    }
    const read = decodeMessage(data);
    if (read === undefined) {
      up.connection.publish(reply, "+TERM");
      parts.onUnreadable(seq);
      return undefined;
    }
    const ageMs = parts.clock.wall() - storedAt;
    if (this.#isSentByAnother(read) && ageMs < ackWaitMs && count === 1) {
      giveBack(up.connection, reply, Math.min(ackWaitMs, ackWaitMs - ageMs));
      return undefined;
    }
    const { object } = read.facts;
    return this.#lease(up, { id, seq, bytes: data.byteLength, object, reply, read, attempts: count - 1 });
  }

  async #lease(up: NatsUp, taken: Taken): Promise<Leased | undefined> {
    const { bodies, leases } = this.#queue;
    const { head, body, facts } = taken.read;
    if (this.#isExpired(head.acceptedAt)) return this.#drop(taken);
    if (facts.object === undefined) return this.#hold(taken, body);
    // The lease must last while the body is read.
    leases.hold({ ...taken, profile: { ...head, body } });
    try {
      const large = await bodies.get(up, facts.object);
      return large === undefined ? this.#drop(taken) : this.#hold(taken, large);
    } catch {
      this.#queue.giveBack(taken.id, readAgainMs);
      return undefined;
    }
  }

  #hold({ read, attempts, ...taken }: Taken, body: Uint8Array): Leased {
    const profile = { ...read.head, body };
    this.#queue.leases.hold({ ...taken, profile });
    return { lease: taken.id, attempts, profile };
  }

  // A body that is gone had to make room for others, or the server found it too old.
  #drop({ read, attempts: _, ...taken }: Taken): undefined {
    const { limits, parts } = this.#queue;
    const isForRoom = limits?.onFull === "drop_oldest" && !this.#isExpired(read.head.acceptedAt);
    parts.onDropped(isForRoom ? "full" : "expired", 1, taken.bytes);
    // Where the server can't be told it comes again, and is known then.
    void this.#queue.remove({ ...taken, profile: { ...read.head, body: read.body } }).catch(() => {});
  }

  // It is handed out at once where its instance has said that it can't send it, or has died.
  #isSentByAnother({ facts }: ProfileMessage): boolean {
    return facts.sentBy !== undefined && facts.sentBy !== this.#queue.parts.instance;
  }

  #isExpired(acceptedAt: number): boolean {
    const { limits, parts } = this.#queue;
    return limits !== undefined && acceptedAt < parts.now() - limits.maxAgeMs;
  }
}
