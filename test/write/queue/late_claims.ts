import { spyOn } from "bun:test";
import type { QueueStore } from "../../../src/write/queue/queue_store.ts";

/** Has a store hand out what is claimed of it only once that is asked for. */
export function lateClaims(store: QueueStore) {
  const gate = Promise.withResolvers<void>();
  const claim = store.claim.bind(store);
  const spy = spyOn(store, "claim").mockImplementation(async (queue, want) => {
    const claimed = await claim(queue, want);
    await gate.promise;
    return claimed;
  });
  return { spy, handOut: gate.resolve };
}
