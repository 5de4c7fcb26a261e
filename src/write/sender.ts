import type { FailureCode } from "../base/failure.ts";
import type { ProfileSize } from "../profile/profile.ts";
import type { DeliveryWatch } from "../profile/profile_watch.ts";
import type { RequestContext } from "../profile/request_context.ts";
import type { WriteKind } from "./metrics.ts";

/** A profile as it goes to every endpoint of a component: labels done, bytes ready. */
export interface Outgoing {
  readonly kind: WriteKind;
  readonly size: ProfileSize;
  /** What follows the endpoint's base URL, query included. */
  readonly path: string;
  readonly body: Uint8Array;
  /** Headers of the profile itself; they go over the endpoint's own. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Headers that tell the destination how long an attempt may take. */
  readonly deadlineHeaders: (timeoutMs: number) => readonly (readonly [name: string, value: string])[];
  /** The code in an answer that failed, where its protocol has codes. */
  readonly codeOf: (answer: string) => FailureCode | undefined;
  readonly request: RequestContext;
  /** Told how it goes at each endpoint; undefined where nobody looks. */
  watch?: DeliveryWatch | undefined;
  /** Whether somebody needs the body after the outcome: a queue that sends it, or writes it, then. */
  isKept?: boolean;
}

/** What is sent to an endpoint, profile or not. */
export type OutgoingRequest = Pick<Outgoing, "path" | "headers" | "deadlineHeaders" | "request">;
