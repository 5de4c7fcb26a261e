import type { QueueStore } from "./queue_store.ts";

/** How much is moved at once. */
const claimSize = { maxProfiles: 64, maxBytes: 4 * 2 ** 20 };

/**
 * Moves what waits in a queue to a queue of another store, dead letters aside. Each profile is in both stores for a
 * moment rather than in none.
 *
 * @returns how many profiles; it ends where the other store takes no more.
 */
export async function moveProfiles(
  from: QueueStore,
  queue: string,
  to: QueueStore,
  target: string,
): Promise<number> {
  let count = 0;
  for (;;) {
    const claimed = await from.claim(queue, claimSize);
    if (claimed.length === 0) return count;
    const appended = await Promise.all(claimed.map(({ profile }) => to.append(target, profile)));
    const moved = claimed.filter((_, index) => appended[index]?.type === "stored");
    const left = claimed.filter((_, index) => appended[index]?.type !== "stored");
    from.settle(queue, [
      ...moved.map(({ lease }) => ({ type: "delivered", lease }) as const),
      ...left.map(({ lease }) => ({ type: "retry", lease, delayMs: 0, isAttempt: false }) as const),
    ]);
    count += moved.length;
    if (left.length > 0) return count;
  }
}
