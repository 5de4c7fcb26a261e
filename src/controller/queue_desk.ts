import { CodedError } from "../base/failure.ts";
import type { DeadLetterBody, DeadLetterInfo, QueueInfo, QueueOrder } from "../component/queues.ts";
import type { ShardCalls } from "./shard.ts";

/** The queues of all shards as one. A queue is named by its id, or by its endpoint where that is clear. */
export class QueueDesk {
  readonly #shards: () => readonly ShardCalls[];

  /** @param shards those that run at the moment. */
  constructor(shards: () => readonly ShardCalls[]) {
    this.#shards = shards;
  }

  /** All queues by their ids, each with what all shards have of it. */
  async list(): Promise<QueueInfo[]> {
    const lists = await Promise.all(this.#shards().map((shard) => shard.listQueues()));
    const merged = new Map<string, QueueInfo>();
    for (const queue of lists.flat()) {
      const key = `${queue.id} ${queue.type}`;
      const known = merged.get(key);
      merged.set(key, known === undefined ? queue : added(known, queue));
    }
    return [...merged.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  /** The queue of that name; throws a CodedError `not_found` or, where several may be meant, `invalid_argument`. */
  async find(name: string): Promise<QueueInfo> {
    const all = await this.list();
    const byId = all.filter(({ id }) => id === name);
    const [found, another] = byId.length > 0 ? byId : all.filter(({ endpoint }) => endpoint === name);
    if (found === undefined) throw new CodedError("not_found", `there is no queue ${name}`);
    if (another === undefined || another.id === found.id) return found;
    throw new CodedError("invalid_argument", `${name} may be ${found.id} or ${another.id}: name one of them`);
  }

  /** The newest dead letters first. */
  async deadLetters(name: string, limit: number): Promise<DeadLetterInfo[]> {
    const { id } = await this.find(name);
    const lists = await Promise.all(this.#shards().map((shard) => shard.listDeadLetters(id, limit)));
    // What all shards share, each of them lists.
    const letters = new Map(
      lists.flat().map((one) => [`${one.id} ${one.accepted_at} ${one.refused_at}`, one]),
    );
    return [...letters.values()].sort((left, right) => right.refused_at - left.refused_at).slice(0, limit);
  }

  /** One of them; throws a CodedError `not_found` where there is none. */
  async deadLetter(name: string, letterId: string): Promise<DeadLetterBody> {
    const { id } = await this.find(name);
    const found = await Promise.all(this.#shards().map((shard) => shard.getDeadLetter(id, letterId)));
    const letter = found.find((one) => one !== undefined);
    if (letter === undefined)
      throw new CodedError("not_found", `there is no dead letter ${letterId} of ${id}`);
    return letter;
  }

  /**
   * Has all shards carry it out, one after another: of what they share, the others find nothing left where one has.
   * Returns how many profiles that were.
   */
  async order(name: string, order: QueueOrder): Promise<number> {
    const { id } = await this.find(name);
    const ordered = "to" in order ? { ...order, to: (await this.find(order.to)).id } : order;
    let count = 0;
    for (const shard of this.#shards()) count += await shard.orderQueue(id, ordered);
    return count;
  }
}

function added(one: QueueInfo, other: QueueInfo): QueueInfo {
  const all = {
    ...one,
    has_endpoint: one.has_endpoint || other.has_endpoint,
    drain_rate: one.drain_rate === null ? other.drain_rate : one.drain_rate + (other.drain_rate ?? 0),
    paused: one.paused ?? other.paused,
  };
  // All shards share it, and each of them tells of the whole.
  if (one.type === "jetstream") return all;
  const oldest = [one.oldest_at, other.oldest_at].filter((at) => at !== null);
  return {
    ...all,
    profiles: one.profiles + other.profiles,
    bytes: one.bytes + other.bytes,
    oldest_at: oldest.length === 0 ? null : Math.min(...oldest),
    dead_letters: one.dead_letters + other.dead_letters,
    dead_letter_bytes: one.dead_letter_bytes + other.dead_letter_bytes,
  };
}
