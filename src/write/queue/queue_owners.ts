import type { QueuePump } from "./queue_pump.ts";
import type { DropReason, QueueLimits, QueueStore } from "./queue_store.ts";

/** An endpoint as the owner of its queue. */
export interface QueueOwner {
  readonly queue: string;
  readonly store: QueueStore;
  readonly limits: QueueLimits;
  readonly pump: QueuePump;
  /** Told of profiles that are dropped. */
  dropped(reason: DropReason, profiles: number, bytes: number): void;
}

/**
 * Who sends what is in each queue. In a reload the same endpoint of the old and of the new configuration exist side by
 * side for a while: the one that was activated last sends.
 */
export class QueueOwners {
  readonly #attached = new Map<string, QueueOwner[]>();
  readonly #current = new Map<string, QueueOwner>();

  /** Who sends what is in a queue; undefined where nobody does. */
  current(queue: string): QueueOwner | undefined {
    return this.#current.get(queue);
  }

  /** Takes an owner in; its limits hold from now on. */
  async attach(owner: QueueOwner): Promise<void> {
    this.#attached.set(owner.queue, [...(this.#attached.get(owner.queue) ?? []), owner]);
    await owner.store.configure(owner.queue, owner.limits);
  }

  /** Makes an owner the one who sends. */
  activate(owner: QueueOwner): void {
    this.#current.get(owner.queue)?.pump.retire();
    this.#current.set(owner.queue, owner);
    owner.pump.start();
  }

  /** Lets an owner go; returns whether the queue has none any more, and what is in it stays there. */
  async detach(owner: QueueOwner): Promise<boolean> {
    const { queue, store } = owner;
    const others = (this.#attached.get(queue) ?? []).filter((one) => one !== owner);
    if (others.length > 0) this.#attached.set(queue, others);
    else this.#attached.delete(queue);
    const heir = others.findLast((one) => one.store === store);
    await store.configure(queue, heir?.limits);
    if (this.#current.get(queue) === owner) this.#current.delete(queue);
    return heir === undefined;
  }
}
