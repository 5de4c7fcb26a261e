import type { Ending } from "../arriving_profile.ts";
import type { QueuedProfile } from "../queue_store.ts";
import { encodeHead } from "../queued_head.ts";
import type { LeaseEnding, ProfileRecord } from "./ledger_calls.ts";

/** The bodies of one write, each of them once. */
export class Bodies {
  readonly all: Uint8Array[] = [];
  readonly #places = new Map<Uint8Array, number>();

  /** Its place among them. */
  place(body: Uint8Array): number {
    let place = this.#places.get(body);
    if (place === undefined) {
      place = this.all.push(body) - 1;
      this.#places.set(body, place);
    }
    return place;
  }
}

/** A profile as it is written. */
export function profileRecord(profile: QueuedProfile, bodies: Bodies): ProfileRecord {
  return {
    acceptedAt: profile.acceptedAt,
    head: encodeHead(profile),
    body: bodies.place(profile.body),
  };
}

/** The end of a lease as it is written. */
export function leaseEnding(ending: Ending, bodies: Bodies): LeaseEnding {
  if (ending.type !== "split") return ending;
  return { type: "split", parts: ending.parts.map((part) => profileRecord(part, bodies)) };
}
