import type { ObjectStore } from "@nats-io/obj";
import { nanos } from "@nats-io/transport-node";
import { CodedError } from "../../../base/failure.ts";
import type { QueueLimits } from "../queue_store.ts";
import type { NatsUp } from "./nats_link.ts";
import { isFull, orMissing, serverAgeMs } from "./shared_streams.ts";

/** Bytes of a piece that a body is stored in. */
const chunkBytes = 128 * 1024;

/** What a body takes beside its own bytes, at most: each piece has a subject and headers. */
const overheadShare = 1.05;

/** How long reading a body may take, in milliseconds. */
const readTimeoutMs = 30_000;

/** What an object store's stream is called. */
function streamOf(bucket: string): string {
  return `OBJ_${bucket}`;
}

/** Bodies of one queue that are too large for a message, in an object store that is made with the first of them. */
export class LargeBodies {
  readonly #bucket: string;
  #isMade = false;

  constructor(bucket: string) {
    this.#bucket = bucket;
  }

  /** What was true of the server may be so no more. */
  reset(): void {
    this.#isMade = false;
  }

  /** Stores a body; returns false where there is no room. */
  async put(
    up: NatsUp,
    name: string,
    body: Uint8Array,
    limits: QueueLimits,
    replicas: number,
  ): Promise<boolean> {
    const store = await this.#make(up, limits, replicas);
    for (let makesRoom = limits.onFull === "drop_oldest"; ; makesRoom = false) {
      try {
        await store.putBlob({ name, options: { max_chunk_size: chunkBytes } }, body);
        return true;
      } catch (thrown) {
        if (!isFull(thrown)) throw thrown;
        if (!makesRoom) return false;
        await makeRoom(store, body.byteLength * overheadShare);
      }
    }
  }

  /** A body; undefined where it is not, or no longer, there. */
  async get(up: NatsUp, name: string): Promise<Uint8Array | undefined> {
    const store = await up.objects.open(this.#bucket, false);
    const { promise, reject } = Promise.withResolvers<never>();
    const late = setTimeout(
      () => reject(new CodedError("deadline_exceeded", "reading a large profile took too long")),
      readTimeoutMs,
    );
    try {
      const body = await Promise.race([orMissing(store.getBlob(name)), promise]);
      return body ?? undefined;
    } finally {
      clearTimeout(late);
    }
  }

  async remove(up: NatsUp, name: string): Promise<void> {
    const store = await up.objects.open(this.#bucket, false);
    await orMissing(store.delete(name));
  }

  /** Bytes that are stored. */
  async bytes({ manager }: NatsUp): Promise<number> {
    return (await orMissing(manager.streams.info(streamOf(this.#bucket))))?.state.bytes ?? 0;
  }

  /** Removes all bodies, and the object store too. */
  async destroy({ manager }: NatsUp): Promise<void> {
    this.#isMade = false;
    await orMissing(manager.streams.delete(streamOf(this.#bucket)));
  }

  async #make(up: NatsUp, limits: QueueLimits, replicas: number): Promise<ObjectStore> {
    if (this.#isMade) return up.objects.open(this.#bucket, false);
    const wanted = {
      max_bytes: limits.maxBytes,
      // Dead letters have their bodies here too.
      max_age: nanos(Math.max(serverAgeMs(limits), limits.deadLetters.maxAgeMs)),
      num_replicas: replicas,
    };
    const store = await up.objects.create(this.#bucket, {
      description: "Bodies of profiles that no message can carry",
      ttl: wanted.max_age,
      max_bytes: wanted.max_bytes,
      replicas,
    });
    const { config } = await up.manager.streams.info(streamOf(this.#bucket));
    const isAsWanted =
      config.max_bytes === wanted.max_bytes &&
      config.max_age === wanted.max_age &&
      config.num_replicas === replicas;
    if (!isAsWanted) await up.manager.streams.update(streamOf(this.#bucket), wanted);
    this.#isMade = true;
    return store;
  }
}

/** Removes the oldest bodies until so many bytes are free. Whoever finds a profile without its body drops it. */
async function makeRoom(store: ObjectStore, bytes: number): Promise<void> {
  const stored = await store.list();
  let left = bytes;
  for (const { name, size } of stored.toSorted((one, other) => one.mtime.localeCompare(other.mtime))) {
    if (left <= 0) return;
    await store.delete(name);
    left -= size;
  }
}
