import type { StoredProfile } from "../api/store.ts";

/** Orders stored profiles by their time of receipt, and by id where that is the same. */
export function newestFirst(
  left: Pick<StoredProfile, "received_at" | "id">,
  right: Pick<StoredProfile, "received_at" | "id">,
): number {
  return right.received_at - left.received_at || (left.id < right.id ? 1 : -1);
}
