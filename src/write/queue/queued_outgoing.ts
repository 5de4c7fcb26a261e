import { ingestWire } from "../ingest_sender.ts";
import { pushWire } from "../push_sender.ts";
import type { Outgoing } from "../sender.ts";
import type { QueuedProfile } from "./queue_store.ts";

/** A profile as it is queued. */
export function queuedProfile(outgoing: Outgoing, acceptedAt: number): QueuedProfile {
  const { kind, size, path, body, headers, request } = outgoing;
  return {
    kind,
    size,
    path,
    headers: kind === "push" ? [] : headers,
    forwardedHeaders: [...request.forwardedHeaders],
    trace: request.trace,
    acceptedAt,
    isAlone: false,
    body,
  };
}

/** How long one attempt with a queued profile has. */
export interface AttemptTime {
  /** On the monotonic clock, in milliseconds. */
  readonly deadlineAt: number;
  /** Aborts when the attempt must end at once. */
  readonly canceled: AbortSignal;
}

/** A queued profile as it is sent: nobody waits for the answer any more. */
export function queuedOutgoing(profile: QueuedProfile, { deadlineAt, canceled }: AttemptTime): Outgoing {
  const { kind, size, path, body, headers, forwardedHeaders, trace } = profile;
  const request = {
    deadlineAt,
    canceled,
    isSenderGone: () => false,
    clientAddress: () => undefined,
    forwardedHeaders: new Map(forwardedHeaders),
    trace,
  };
  const wire = kind === "push" ? pushWire : { headers, ...ingestWire };
  return { kind, size, path, body, request, ...wire };
}
