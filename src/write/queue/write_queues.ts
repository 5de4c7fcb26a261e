import { CodedError } from "../../base/failure.ts";
import type { SharedContext, SharedPart } from "../../component/definition.ts";
import type { QueueInfo, QueueOrder, Queues } from "../../component/queues.ts";
import { QueueMetrics, type QueueReading } from "./metrics.ts";
import { nameOfQueue } from "./queue_name.ts";
import { QueueOwners } from "./queue_owners.ts";
import type { QueueStore } from "./queue_store.ts";
import { QueueStores, typeOf } from "./queue_stores.ts";
import { shownLetter, shownQueue } from "./shown_queue.ts";
import { steadyTime } from "./steady_time.ts";
import { moveProfiles } from "./store_transfer.ts";

/**
 * The queues of all pyroscope.write of a shard. They outlive the components, so that a reload hands nothing over,
 * and what was queued for an endpoint that is gone is kept and can be looked at.
 */
export class WriteQueues implements SharedPart {
  /** By which profiles age, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly metrics: QueueMetrics;
  readonly owners = new QueueOwners();
  readonly stores: QueueStores;
  readonly #context: SharedContext;

  constructor(context: SharedContext) {
    this.#context = context;
    this.now = steadyTime(context.clock);
    this.metrics = new QueueMetrics(context.metrics, () => this.#readings());
    const onOpen = (key: string, store: QueueStore) => this.#follow(key, store);
    this.stores = new QueueStores({ context, now: this.now, onOpen });
  }

  /** Opens what an earlier run has left, whether or not any endpoint still asks for it. */
  async start(): Promise<void> {
    await this.stores.openLeft();
  }

  /** Closes everything; what waits in memory is lost, and told. */
  async stop(): Promise<void> {
    for (const [, store] of this.stores.open) {
      const left = store.queues().map((queue) => ({ queue, profiles: store.stats(queue)?.profiles ?? 0 }));
      for (const { queue, profiles } of left) {
        if (store.isLasting || profiles === 0) continue;
        this.metrics.dropped(nameOfQueue(queue), "shutdown", profiles);
        this.#context.log.warn("profiles are lost with the process's memory", { queue, profiles });
      }
    }
    await this.stores.close();
  }

  /** Gives the endpoint that sends a queue what other types of stores still have of it: its type has changed. */
  async gather(queue: string): Promise<void> {
    const target = this.owners.current(queue)?.store;
    if (target === undefined) return;
    for (const [type, source] of this.stores.open) {
      if (source === target || (source.stats(queue)?.waiting ?? 0) === 0) continue;
      const profiles = await moveProfiles(source, queue, target, queue);
      if (profiles > 0) this.#context.log.info("queued profiles moved", { queue, from: type, profiles });
    }
  }

  /** Takes over what a shard that is gone has left in its folder; returns how many profiles. */
  adopt(storagePath: string): Promise<number> {
    return this.stores.adopt(storagePath);
  }

  readonly queues: Queues = {
    list: () => this.#all().map(({ queue, type, store }) => this.#shown(queue, type, store)),
    deadLetters: async (queue, limit) => {
      const lists = await Promise.all(
        this.#storesOf(queue).map((store) => store.deadLetters.list(queue, limit)),
      );
      return lists.flat().map(shownLetter);
    },
    deadLetter: async (queue, id) => {
      for (const store of this.#storesOf(queue)) {
        const found = await store.deadLetters.get(queue, id);
        if (found !== undefined) return { letter: shownLetter(found.letter), body: found.body };
      }
      return undefined;
    },
    order: async (queue, order) => {
      const counts = await Promise.all(
        this.#storesOf(queue).map((store) => this.#carryOut(store, queue, order)),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };

  async #carryOut(store: QueueStore, queue: string, order: QueueOrder): Promise<number> {
    switch (order.type) {
      case "drop":
        return store.remove(queue);
      case "drop_letters":
        return store.deadLetters.remove(queue, order.id);
      case "resend_letters":
        this.#mustHaveEndpoint(order.to);
        return store.deadLetters.resend(queue, order.id, order.to);
      case "move": {
        const target = this.#mustHaveEndpoint(order.to);
        return target === store ? store.move(queue, order.to) : moveProfiles(store, queue, target, order.to);
      }
    }
  }

  // What is moved to a queue that nobody sends would wait there for ever.
  #mustHaveEndpoint(queue: string): QueueStore {
    const owner = this.owners.current(queue);
    if (owner !== undefined) return owner.store;
    throw new CodedError("failed_precondition", `no endpoint of the configuration sends what is in ${queue}`);
  }

  #all() {
    return [...this.stores.open].flatMap(([key, store]) =>
      store.queues().map((queue) => ({ queue, type: typeOf(key), store })),
    );
  }

  #storesOf(queue: string): QueueStore[] {
    return [...this.stores.open.values()].filter((store) => store.stats(queue) !== undefined);
  }

  #shown(queue: string, type: string, store: QueueStore): QueueInfo {
    return shownQueue(queue, type, store.stats(queue), this.#ownerIn(queue, store));
  }

  #ownerIn(queue: string, store: QueueStore) {
    const owner = this.owners.current(queue);
    return owner?.store === store ? owner : undefined;
  }

  #readings(): QueueReading[] {
    return this.#all().flatMap(({ queue, type, store }) => {
      const stats = store.stats(queue);
      if (stats === undefined) return [];
      const pump = this.#ownerIn(queue, store)?.pump;
      const oldestMs = stats.oldestAt === undefined ? 0 : this.now() - stats.oldestAt;
      return [
        {
          labels: nameOfQueue(queue),
          // What all shards share would be counted once for each of them.
          stats: type === "jetstream" && this.#context.share.index > 0 ? undefined : stats,
          oldestSeconds: Math.max(0, oldestMs) / 1000,
          drainRate: pump?.drainRate,
          isPaused: pump?.pause !== undefined,
        },
      ];
    });
  }

  #follow(key: string, store: QueueStore): void {
    store.observe({
      dropped: (queue, reason, profiles, bytes) => {
        this.metrics.dropped(nameOfQueue(queue), reason, profiles);
        this.owners.current(queue)?.dropped(reason, profiles, bytes);
      },
      deadLettersDropped: (queue, reason, profiles) =>
        this.metrics.deadLettersDropped(nameOfQueue(queue), reason, profiles),
      committed: (ms) => this.metrics.committed(typeOf(key), ms / 1000),
      waiting: (queue) => this.#ownerIn(queue, store)?.pump.pump(),
    });
  }
}
