import { existsSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "../../base/failure.ts";
import type { SharedContext, SharedPart } from "../../component/definition.ts";
import type { QueueInfo, QueueOrder, Queues } from "../../component/queues.ts";
import type { JetStreamStore } from "./jetstream/jetstream_store.ts";
import { DiskChannel } from "./ledger/disk_channel.ts";
import { MemoryChannel } from "./ledger/ledger_channel.ts";
import { LedgerStore } from "./ledger/ledger_store.ts";
import { QueueMetrics, type QueueReading } from "./metrics.ts";
import { nameOfQueue } from "./queue_name.ts";
import { QueueOwners } from "./queue_owners.ts";
import type { QueueStore } from "./queue_store.ts";
import type { QueueArguments } from "./schema.ts";
import { shownLetter, shownQueue } from "./shown_queue.ts";
import { steadyTime } from "./steady_time.ts";
import { moveProfiles } from "./store_transfer.ts";

/** The file that a disk's queues lie in. */
const fileName = "queues.sqlite";

/** Types of queues that this machine keeps. */
type LedgerType = "memory" | "disk";

/**
 * The queues of all pyroscope.write of a shard. They outlive the components, so that a reload hands nothing over,
 * and what was queued for an endpoint that is gone is kept and can be looked at.
 */
export class WriteQueues implements SharedPart {
  /** By which profiles age, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly metrics: QueueMetrics;
  readonly owners = new QueueOwners();
  readonly #context: SharedContext;
  readonly #opening = new Map<LedgerType, Promise<LedgerStore>>();
  readonly #shared = new Map<string, JetStreamStore>();
  /** By type; of shared ones there is one for each stream. */
  readonly #open = new Map<string, QueueStore>();

  constructor(context: SharedContext) {
    this.#context = context;
    this.now = steadyTime(context.clock);
    this.metrics = new QueueMetrics(context.metrics, () => this.#readings());
  }

  /** Opens what an earlier run has left, whether or not any endpoint still asks for it. */
  async start(): Promise<void> {
    if (existsSync(join(this.#context.storagePath, fileName))) await this.store("disk");
  }

  /** Closes everything; what waits in memory is lost, and told. */
  async stop(): Promise<void> {
    for (const [type, store] of this.#open) {
      const left = store.queues().map((queue) => ({ queue, profiles: store.stats(queue)?.profiles ?? 0 }));
      for (const { queue, profiles } of left) {
        if (store.isLasting || profiles === 0) continue;
        this.metrics.dropped(nameOfQueue(queue), "shutdown", profiles);
        this.#context.log.warn("profiles are lost with the process's memory", { queue, profiles });
      }
      this.#open.delete(type);
      await store.close();
    }
  }

  /** The store for a queue, opened when first asked for; throws a CodedError where that can't be done. */
  async storeFor(args: QueueArguments): Promise<QueueStore> {
    return args.type === "jetstream" ? this.#sharedStore(args) : this.store(args.type);
  }

  /** The store of a type that this machine keeps, opened when first asked for; throws as `storeFor`. */
  store(type: LedgerType): Promise<LedgerStore> {
    let opening = this.#opening.get(type);
    if (opening === undefined) {
      opening = this.#openStore(type);
      this.#opening.set(type, opening);
      opening.catch(() => this.#opening.delete(type));
    }
    return opening;
  }

  /** Gives the endpoint that sends a queue what other types of stores still have of it: its type has changed. */
  async gather(queue: string): Promise<void> {
    const target = this.owners.current(queue)?.store;
    if (target === undefined) return;
    for (const [type, source] of this.#open) {
      if (source === target || (source.stats(queue)?.waiting ?? 0) === 0) continue;
      const profiles = await moveProfiles(source, queue, target, queue);
      if (profiles > 0) this.#context.log.info("queued profiles moved", { queue, from: type, profiles });
    }
  }

  /** Takes over what a shard that is gone has left in its folder; returns how many profiles. */
  async adopt(storagePath: string): Promise<number> {
    const path = join(storagePath, fileName);
    if (!existsSync(path)) return 0;
    const store = await this.store("disk");
    const profiles = await store.adopt(path);
    if (profiles > 0) this.#context.log.info("queued profiles taken over", { path, profiles });
    return profiles;
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
    return [...this.#open].flatMap(([key, store]) =>
      store.queues().map((queue) => ({ queue, type: typeOf(key), store })),
    );
  }

  #storesOf(queue: string): QueueStore[] {
    return [...this.#open.values()].filter((store) => store.stats(queue) !== undefined);
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

  async #openStore(type: LedgerType): Promise<LedgerStore> {
    const { clock, log, storagePath } = this.#context;
    const channel =
      type === "memory" ? new MemoryChannel(clock) : new DiskChannel(join(storagePath, fileName), clock);
    const store = new LedgerStore({
      channel,
      isLasting: type === "disk",
      clock,
      now: this.now,
      onSetAside: (path) =>
        log.error(
          "the file with queued profiles was damaged: it is kept under another name, and a new one is in use",
          {
            path,
          },
        ),
    });
    await store.open();
    this.#follow(type, store);
    this.#tellLeft(store);
    return store;
  }

  async #sharedStore(args: QueueArguments): Promise<JetStreamStore> {
    // Loaded where it is needed: it makes every start longer.
    const [{ JetStreamStore }, { natsSettings }] = await Promise.all([
      import("./jetstream/jetstream_store.ts"),
      import("./jetstream/nats_settings.ts"),
    ]);
    const { clock, log } = this.#context;
    const settings = natsSettings(args);
    const open = this.#shared.get(settings.stream);
    open?.use(settings);
    if (open !== undefined) return open;
    const store = new JetStreamStore(settings, {
      clock,
      now: this.now,
      onUnreadable: (queue, seq) =>
        log.error("a message in a queue's stream is no profile of pyroduct's: it is left out", {
          queue,
          seq,
        }),
    });
    this.#shared.set(settings.stream, store);
    this.#follow(`jetstream ${settings.stream}`, store);
    store.open();
    return store;
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
    this.#open.set(key, store);
  }

  #tellLeft(store: QueueStore): void {
    for (const queue of store.queues()) {
      const { profiles = 0, deadLetters = 0 } = store.stats(queue) ?? {};
      if (profiles === 0 && deadLetters === 0) continue;
      this.#context.log.info("profiles were queued before", { queue, profiles, dead_letters: deadLetters });
    }
  }
}

function typeOf(key: string): string {
  return key.split(" ", 1)[0] ?? key;
}
