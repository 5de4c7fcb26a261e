import { existsSync } from "node:fs";
import { join } from "node:path";
import type { SharedContext } from "../../component/definition.ts";
import type { JetStreamStore } from "./jetstream/jetstream_store.ts";
import { DiskChannel } from "./ledger/disk_channel.ts";
import { MemoryChannel } from "./ledger/ledger_channel.ts";
import { LedgerStore } from "./ledger/ledger_store.ts";
import type { QueueStore } from "./queue_store.ts";
import type { QueueArguments } from "./schema.ts";

/** The file that a disk's queues lie in. */
const fileName = "queues.sqlite";

/** Types of queues that this machine keeps. */
type LedgerType = "memory" | "disk";

/** What stores are opened with. */
export interface QueueStoresParts {
  readonly context: SharedContext;
  /** By which profiles age, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Told of each store as it is opened, with its key in `open`. */
  readonly onOpen: (key: string, store: QueueStore) => void;
}

/** The stores of a shard, each opened when it is first asked for: one for each type, of shared ones for each stream. */
export class QueueStores {
  readonly #parts: QueueStoresParts;
  readonly #opening = new Map<LedgerType, Promise<LedgerStore>>();
  readonly #shared = new Map<string, JetStreamStore>();
  readonly #open = new Map<string, QueueStore>();

  constructor(parts: QueueStoresParts) {
    this.#parts = parts;
  }

  /** Those that are open, by keys that begin with the type. */
  get open(): ReadonlyMap<string, QueueStore> {
    return this.#open;
  }

  /** The store for a queue; throws a CodedError where it can't be opened. */
  async for(args: QueueArguments): Promise<QueueStore> {
    return args.type === "jetstream" ? this.#sharedStore(args) : this.kept(args.type);
  }

  /** The store of a type that this machine keeps; throws as `for`. */
  kept(type: LedgerType): Promise<LedgerStore> {
    let opening = this.#opening.get(type);
    if (opening === undefined) {
      opening = this.#openStore(type);
      this.#opening.set(type, opening);
      opening.catch(() => this.#opening.delete(type));
    }
    return opening;
  }

  /** Opens what an earlier run has left on the disk. */
  async openLeft(): Promise<void> {
    if (existsSync(join(this.#parts.context.storagePath, fileName))) await this.kept("disk");
  }

  /** Takes over what a shard that is gone has left in its folder; returns how many profiles. */
  async adopt(storagePath: string): Promise<number> {
    const path = join(storagePath, fileName);
    if (!existsSync(path)) return 0;
    const store = await this.kept("disk");
    const profiles = await store.adopt(path);
    if (profiles > 0) this.#parts.context.log.info("queued profiles taken over", { path, profiles });
    return profiles;
  }

  /** Closes all of them. */
  async close(): Promise<void> {
    for (const [key, store] of this.#open) {
      this.#open.delete(key);
      await store.close();
    }
  }

  async #openStore(type: LedgerType): Promise<LedgerStore> {
    const { context, now } = this.#parts;
    const { clock, log, storagePath } = context;
    const channel =
      type === "memory" ? new MemoryChannel(clock) : new DiskChannel(join(storagePath, fileName), clock);
    const store = new LedgerStore({
      channel,
      isLasting: type === "disk",
      clock,
      now,
      onSetAside: (path) =>
        log.error(
          "the file with queued profiles was damaged: it is kept under another name, and a new one is in use",
          {
            path,
          },
        ),
    });
    await store.open();
    this.#add(type, store);
    this.#tellLeft(store);
    return store;
  }

  async #sharedStore(args: QueueArguments): Promise<JetStreamStore> {
    // Loaded where it is needed: it makes every start longer.
    const [{ JetStreamStore }, { natsSettings }] = await Promise.all([
      import("./jetstream/jetstream_store.ts"),
      import("./jetstream/nats_settings.ts"),
    ]);
    const { context, now } = this.#parts;
    const { clock, log } = context;
    const settings = natsSettings(args);
    const open = this.#shared.get(settings.stream);
    open?.use(settings);
    if (open !== undefined) return open;
    const store = new JetStreamStore(settings, {
      clock,
      now,
      onUnreadable: (queue, seq) =>
        log.error("a message in a queue's stream is no profile of pyroduct's: it is left out", {
          queue,
          seq,
        }),
    });
    this.#shared.set(settings.stream, store);
    this.#add(`jetstream ${settings.stream}`, store);
    store.open();
    return store;
  }

  #add(key: string, store: QueueStore): void {
    this.#parts.onOpen(key, store);
    this.#open.set(key, store);
  }

  #tellLeft(store: QueueStore): void {
    for (const queue of store.queues()) {
      const { profiles = 0, deadLetters = 0 } = store.stats(queue) ?? {};
      if (profiles === 0 && deadLetters === 0) continue;
      const { log } = this.#parts.context;
      log.info("profiles were queued before", { queue, profiles, dead_letters: deadLetters });
    }
  }
}

/** The type of a store, by its key. */
export function typeOf(key: string): string {
  return key.split(" ", 1)[0] ?? key;
}
