import { outgoingIngest } from "../../../src/write/ingest_sender.ts";
import { outgoingPush } from "../../../src/write/push_sender.ts";
import type { Leased, QueuedProfile } from "../../../src/write/queue/queue_store.ts";
import { queuedProfile } from "../../../src/write/queue/queued_outgoing.ts";
import { ingestProfile, pushProfile, requestContext } from "../../profile/sample_profiles.ts";

/** A queued profile of /ingest with a body of that size. */
export function queuedIngest(bytes = 3, more: Partial<QueuedProfile> = {}): QueuedProfile {
  const profile = ingestProfile(undefined, { body: new Uint8Array(bytes).fill(7) });
  return { ...queuedProfile(outgoingIngest(profile, new Map(), requestContext()), 0), ...more };
}

/** A queued profile of Push with a series for each of these services. */
export function queuedPush(services: readonly string[], more: Partial<QueuedProfile> = {}): QueuedProfile {
  const profile = pushProfile(...services.map((service_name) => ({ service_name })));
  return { ...queuedProfile(outgoingPush(profile, new Map(), requestContext()), 0), ...more };
}

/** A profile as it is claimed. */
export function leased(lease: number, profile: QueuedProfile, attempts = 0): Leased {
  return { lease, attempts, profile };
}
