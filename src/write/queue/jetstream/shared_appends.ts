import { nuid } from "@nats-io/transport-node";
import { messageOf } from "../../../base/failure.ts";
import type { Appended, Lease, QueuedProfile, QueueLimits } from "../queue_store.ts";
import type { NatsUp } from "./nats_link.ts";
import { encodeMessage, type MessageFacts, type ProfileMessage } from "./profile_message.ts";
import { fits, type Published, publishMessage } from "./publish_message.ts";
import type { SharedQueue } from "./shared_queue.ts";

/** Room that is made at least where there is none, as a share of all: not for each profile anew. */
const roomShare = 0.01;

/** How often room is made for one profile: others may take it away. */
const maxRoomTries = 3;

const noBody = new Uint8Array();

/** What became of an attempt to store a profile, and its lease where it has one. */
export interface SharedAppend {
  readonly appended: Appended;
  readonly lease: Lease | undefined;
}

/** Puts profiles into a shared queue. */
export class SharedAppends {
  readonly #queue: SharedQueue;

  constructor(queue: SharedQueue) {
    this.#queue = queue;
  }

  /**
   * Stores a profile; see QueueStore.
   *
   * @param id by which the server knows what it has stored already.
   */
  async append(profile: QueuedProfile, wantsLease: boolean, id: string = nuid.next()): Promise<SharedAppend> {
    const { link } = this.#queue.parts;
    try {
      const up = await link.soon();
      if (up === undefined) return failed(link.problem ?? "there is no connection");
      const { limits } = this.#queue;
      if (limits === undefined) return failed("the queue has no endpoint");
      if (!(await this.#queue.ensure()))
        return failed(this.#queue.problem ?? link.problem ?? "the stream is not there yet");
      const appended = await this.#store(up, profile, wantsLease, id, limits);
      return { appended, lease: wantsLease && appended.type === "stored" ? id : undefined };
    } catch (thrown) {
      // The stream may be gone.
      this.#queue.forget();
      return failed(messageOf(thrown));
    }
  }

  /** Stores once more what was stored before; returns false where that can't be done now. */
  async restore({ head, facts, body }: ProfileMessage, id: string): Promise<boolean> {
    const { limits, parts, stats } = this.#queue;
    const { up } = parts.link;
    if (limits === undefined || up === undefined) return false;
    const { sentBy: _, ...lasting } = facts;
    const data = encodeMessage(head, lasting, body);
    const { type } = await this.#publish(up, id, data, limits);
    if (type === "stored") stats.stored(data.byteLength, head.acceptedAt, false);
    return type === "stored";
  }

  async #store(
    up: NatsUp,
    profile: QueuedProfile,
    wantsLease: boolean,
    id: string,
    limits: QueueLimits,
  ): Promise<Appended> {
    const { bodies, leases, stats, parts } = this.#queue;
    const { body } = profile;
    const facts: MessageFacts = {
      bodyBytes: body.byteLength,
      ...(wantsLease ? { sentBy: parts.instance } : {}),
    };
    let data = encodeMessage(profile, facts, body);
    const object = fits(up.connection, data.byteLength) ? undefined : id;
    if (object !== undefined) {
      if (!(await bodies.put(up, object, body, limits, parts.replicas()))) return { type: "full" };
      data = encodeMessage(profile, { ...facts, object }, noBody);
    }
    const published = await this.#publish(up, id, data, limits);
    if (published.type === "full") {
      if (object !== undefined) await bodies.remove(up, object);
      return published;
    }
    const bytes = data.byteLength;
    stats.stored(bytes, parts.now(), wantsLease);
    if (wantsLease) leases.hold({ id, seq: published.seq, profile, bytes, object, reply: undefined });
    return { type: "stored" };
  }

  async #publish(up: NatsUp, id: string, data: Uint8Array, limits: QueueLimits): Promise<Published> {
    const { link, names, clock } = this.#queue.parts;
    const message = { stream: names.stream, subject: names.subject, id, data };
    for (let tries = 0; ; tries += 1) {
      const published = await publishMessage(link, message, clock);
      if (published.type === "stored" || limits.onFull === "reject" || tries === maxRoomTries)
        return published;
      await this.#makeRoom(up, data.byteLength, limits.maxBytes);
    }
  }

  // The server could drop the oldest by itself, but would not say how many.
  async #makeRoom(up: NatsUp, bytes: number, maxBytes: number): Promise<void> {
    const { parts, stats } = this.#queue;
    const { stream } = parts.names;
    const { state } = await up.manager.streams.info(stream);
    if (state.messages === 0) return;
    const eachBytes = state.bytes / state.messages;
    const keep = state.messages - Math.ceil(Math.max(bytes, maxBytes * roomShare) / eachBytes);
    // To keep none is to say nothing of what is kept.
    const { purged } = await up.manager.streams.purge(stream, keep > 0 ? { keep } : undefined);
    if (purged === 0) return;
    for (let count = 0; count < purged; count += 1) stats.removed(eachBytes);
    parts.onDropped("full", purged, Math.round(purged * eachBytes));
  }
}

function failed(reason: string): SharedAppend {
  return { appended: { type: "failed", reason }, lease: undefined };
}
