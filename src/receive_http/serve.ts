import type { Clock } from "../base/clock.ts";
import { CodedError } from "../base/failure.ts";
import { freeBytes } from "../base/free_bytes.ts";
import type { BodyRead } from "../http/read_body.ts";
import type { Profile } from "../profile/profile.ts";
import { DeliveryPlan, type Receiver } from "../profile/receiver.ts";
import type { RequestContext } from "../profile/request_context.ts";

/** Why a body is not taken. */
export type BodyProblem = Exclude<BodyRead["type"], "body">;

/** Why a request is refused before anything is forwarded. */
export type RefusalReason = BodyProblem | "invalid" | "unauthenticated" | "busy";

/** What serving a request needs besides the request. */
export interface ServeParts {
  readonly receiver: Receiver;
  readonly clock: Clock;
  readonly maxBodyBytes: number;
  readonly readTimeoutMs: number;
  /** Told why a request was refused before anything was forwarded. */
  onRefused(reason: RefusalReason, message: string): void;
  /** Told how large the body was, as received. */
  onBody(bytes: number): void;
  /** Told how large the answer's body is; where nobody tells, its Content-Length does. */
  onAnswer(bytes: number): void;
  /** Told of an outcome that was no success, in words. */
  onFailed(message: string): void;
  /** Told how passing debug information on went, by the method's name; undefined is success. */
  onDebugInfo(method: string, failure: CodedError | undefined): void;
}

interface BodyRefusal {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How a body that could not be taken is answered. */
export const bodyRefusals: Readonly<Record<BodyProblem, BodyRefusal>> = {
  too_large: { status: 413, text: "the body is larger than max_body_size", headers: { Connection: "close" } },
  no_room: {
    status: 503,
    text: "too many bodies are held at once: max_in_flight_bytes is reached",
    headers: { "Retry-After": "1" },
  },
  too_slow: {
    status: 408,
    text: "the body did not arrive within server_read_timeout",
    headers: { Connection: "close" },
  },
  broken: { status: 400, text: "the body ended early", headers: { Connection: "close" } },
};

/**
 * Finds out what must be sent on behalf of a profile. Nothing has been sent yet.
 *
 * @throws CodedError `invalid_argument` where the labels are wrong.
 */
export function planDelivery(profile: Profile, parts: ServeParts, request: RequestContext): DeliveryPlan {
  const plan = new DeliveryPlan(request, parts.clock);
  parts.receiver.plan(profile, plan);
  if (plan.problem !== undefined) throw new CodedError("invalid_argument", plan.problem);
  return plan;
}

/** Frees what a request lies in once its plan has been sent, unless somebody needs it longer; nobody else has it. */
export function releaseBytes(plan: DeliveryPlan, bytes: Uint8Array): void {
  if (plan.releasesBytes) freeBytes(bytes);
}

/** A line of plain text. */
export function textResponse(
  status: number,
  line: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = Buffer.from(`${line}\n`);
  return new Response(body, {
    status,
    headers: {
      "Content-Type": "text/plain; charset=utf-8",
      "Content-Length": String(body.byteLength),
      "X-Content-Type-Options": "nosniff",
      ...headers,
    },
  });
}
